\set a random(1, 10000)
\set b random(10001, 20000)
BEGIN;
UPDATE bare.stock SET reserved = reserved + 1 WHERE sku_id = :a AND on_hand - reserved >= 1;
UPDATE bare.stock SET reserved = reserved + 1 WHERE sku_id = :b AND on_hand - reserved >= 1;
INSERT INTO bare.orders (number, status, email, phone, currency, total, address) VALUES ('O' || nextval('bare.order_no'), 'paid', 'u' || :a || '@example.com', '+8613900000000', 'CNY', 5500, '{"name": "A B", "line1": "Street 1", "city": "Hangzhou", "zip": "310000", "country": "CN"}') RETURNING id AS oid \gset
INSERT INTO bare.order_line (order_id, sku_id, quantity, unit_price, title) VALUES (:oid, :a, 1, 2500, 'Product A');
INSERT INTO bare.order_line (order_id, sku_id, quantity, unit_price, title) VALUES (:oid, :b, 1, 3000, 'Product B');
INSERT INTO bare.payment (order_id, amount, state) VALUES (:oid, 5500, 'captured');
INSERT INTO bare.event (order_id, kind, data) VALUES (:oid, 'placed', '{"by": "guest"}');
COMMIT;
