create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) insert into t select i, 'row ' || i, i * 0.5 from n;
create index i on t(b);
select count(*), sum(c), max(b) from t where b like 'row 1%';
delete from t where a % 3 = 0;
select group_concat(b) from (select b from t order by c desc limit 50);
