-- The least that any shop must write to PostgreSQL for one order of two lines.
DROP SCHEMA IF EXISTS bare CASCADE;
CREATE SCHEMA bare;
CREATE TABLE bare.stock (
  sku_id int PRIMARY KEY,
  on_hand int NOT NULL,
  reserved int NOT NULL DEFAULT 0,
  CHECK (reserved <= on_hand)
) WITH (fillfactor = 70);
CREATE TABLE bare.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  number text NOT NULL UNIQUE,
  status text NOT NULL,
  email text NOT NULL,
  phone text,
  currency char(3) NOT NULL,
  total bigint NOT NULL,
  address jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON bare.orders (created_at DESC);
CREATE INDEX ON bare.orders (email);
CREATE INDEX ON bare.orders (status, created_at DESC);
CREATE TABLE bare.order_line (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES bare.orders,
  sku_id int NOT NULL REFERENCES bare.stock,
  quantity int NOT NULL,
  unit_price bigint NOT NULL,
  title text NOT NULL
);
CREATE INDEX ON bare.order_line (order_id);
CREATE TABLE bare.payment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES bare.orders,
  amount bigint NOT NULL,
  state text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON bare.payment (order_id);
CREATE TABLE bare.event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES bare.orders,
  kind text NOT NULL,
  data jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON bare.event (order_id);
INSERT INTO bare.stock (sku_id, on_hand) SELECT n, 100000000 FROM generate_series(1, 20000) n;
CREATE SEQUENCE bare.order_no;
CREATE FUNCTION bare.place_order(first int, second int, buyer text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  made bigint;
  low int := least(first, second);
  high int := greatest(first, second);
BEGIN
  UPDATE bare.stock SET reserved = reserved + 1 WHERE sku_id = low AND on_hand - reserved >= 1;
  IF NOT FOUND THEN RAISE EXCEPTION 'sold out %', low; END IF;
  UPDATE bare.stock SET reserved = reserved + 1 WHERE sku_id = high AND on_hand - reserved >= 1;
  IF NOT FOUND THEN RAISE EXCEPTION 'sold out %', high; END IF;
  INSERT INTO bare.orders (number, status, email, phone, currency, total, address)
  VALUES ('O' || nextval('bare.order_no'), 'paid', buyer, '+8613900000000', 'CNY', 5500,
    '{"name": "A B", "line1": "Street 1", "city": "Hangzhou", "zip": "310000", "country": "CN"}')
  RETURNING id INTO made;
  INSERT INTO bare.order_line (order_id, sku_id, quantity, unit_price, title)
  VALUES (made, low, 1, 2500, 'Product A'), (made, high, 1, 3000, 'Product B');
  INSERT INTO bare.payment (order_id, amount, state) VALUES (made, 5500, 'captured');
  INSERT INTO bare.event (order_id, kind, data) VALUES (made, 'placed', '{"by": "guest"}');
  RETURN made;
END $$;
ANALYZE bare.stock;
