-- The language that a person has chosen: the name of a file in messages/; '' is what the browser asks for.

ALTER TABLE users
  ADD COLUMN language VARBINARY(32) NOT NULL DEFAULT '';
