\set a random(1, 10000)
\set b random(10001, 20000)
SELECT bare.place_order(:a, :b, 'u' || :a || '@example.com');
