-- What a caller's key may do beyond sending requests: names, with blanks between.
ALTER TABLE api_key ADD COLUMN may TEXT NOT NULL DEFAULT '';
