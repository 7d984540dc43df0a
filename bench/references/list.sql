-- R5 of the order list: its rows, the newest 20 of one status with their lines
SELECT o.number, o.display_status, o.payable_minor, o.name, o.phone, o.placed_at,
       l.sku_code, l.product_name, l.options_text, l.quantity, l.picture
  FROM (SELECT * FROM orders_order WHERE display_status = 'completed'
         ORDER BY placed_at DESC, number DESC LIMIT 20) o
  JOIN orders_orderline l ON l.order_id = o.id;
