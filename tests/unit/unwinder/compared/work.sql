CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, part INTEGER, payload TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
INSERT INTO t SELECT i, 'name ' || (i * 7919 % 1009), i % 13, hex(zeroblob(i % 40)) FROM n;
CREATE INDEX t_name ON t(name);
SELECT part, count(*), group_concat(substr(name, 6), ',') FROM t GROUP BY part ORDER BY 2 DESC;
SELECT count(*) FROM t a JOIN t b ON a.name = b.name WHERE a.id < 300;
UPDATE t SET payload = payload || '-x' WHERE part < 4;
DELETE FROM t WHERE part > 9;
