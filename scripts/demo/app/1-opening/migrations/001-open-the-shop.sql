CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL
);

CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer bigint NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  done_at timestamptz
);

-- Nothing here keeps an order from being packed twice: the demo counts.
CREATE TABLE receipts (
  order_id bigint NOT NULL,
  text text NOT NULL,
  dyno text NOT NULL
);
