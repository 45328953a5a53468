-- Breaking: edition 1 of the code asks for customers.name, which is gone after this.
ALTER TABLE customers ADD COLUMN given_name text, ADD COLUMN family_name text;
UPDATE customers SET given_name = split_part(name, ' ', 1), family_name = split_part(name, ' ', 2);
ALTER TABLE customers DROP COLUMN name;
SELECT pg_sleep(1); -- Stands for a table that is larger than a demo's.
