ALTER TABLE customers ADD COLUMN initials text NOT NULL
  GENERATED ALWAYS AS (left(given_name, 1) || left(surname, 1)) STORED
  CONSTRAINT initials_given CHECK (initials <> '');
