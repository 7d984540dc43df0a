-- R5 of the storefront's list: 24 products with price, cover and what can be had
SELECT p.slug, p.name, p.min_price_minor, p.max_price_minor,
       (SELECT small FROM catalog_picture c WHERE c.product_id = p.id AND c.archived_at IS NULL
         ORDER BY position, id LIMIT 1),
       (SELECT max(v.on_hand - v.reserved - v.unavailable) FROM inventory_stocklevel v
          JOIN catalog_sku s ON s.id = v.sku_id WHERE s.product_id = p.id)
  FROM catalog_product p WHERE p.shelf = 'on' AND p.archived_at IS NULL
 ORDER BY p.created_at DESC, p.slug LIMIT 24;
