.bail on
create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
  insert into t select i, 'row ' || i, i / 7.0 from n;
create index ti on t(b);
select count(*), sum(a), round(avg(c), 6), min(b), max(b) from t;
select substr(b, 1, 4), count(*) from t where a % 3 = 0 group by 1;
begin; update t set c = c * 2 where b like 'row 1%'; rollback;
select a, b, printf('%.3f', c) from t where b glob 'row 1?' order by c desc limit 5;
with w as (select a, sum(c) over (order by a rows 5 preceding) s from t) select round(max(s), 3) from w;
delete from t where a > 400;
vacuum;
pragma integrity_check;
select json_group_array(a) from (select a from t where a < 10);
