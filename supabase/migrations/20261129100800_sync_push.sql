-- A device's changes, applied exactly once. SECURITY INVOKER: row security judges every row that is read or written.

-- Takes operations apart and says of each why it can never be applied, if so, before anything is done: an operation that makes
-- PostgreSQL raise an error takes the whole push with it, and a savepoint for each would be dear.
create or replace function sync.read_ops(p_ops jsonb, p_after bigint) returns sync.op[]
language sql stable set search_path = '' as $$
with given as (
    select x as raw, place, (x ->> 'n')::bigint as n, x -> 'k' as k, x ->> 'op' as kind, coalesce(x -> 'v', '{}') as v,
        t.tbl, t.rank, t.key_cols, t.roles, t.append_only, t.deletable,
        case when x ->> 'h' ~ '^[0-9]{1,19}$' then least((x ->> 'h')::numeric, 9223372036854775807)::bigint end as h,
        case when jsonb_typeof(x -> 'v') = 'object' then array(select jsonb_object_keys(x -> 'v')) else '{}' end as cols
    from jsonb_array_elements(p_ops) with ordinality o (x, place)
    left join sync.tables t on t.tbl = x ->> 't'
    where (x ->> 'n')::bigint > p_after),
judged as (
    select g.raw, g.place, g.n, g.k, g.kind, g.v, g.tbl, g.rank, g.append_only, g.h, g.cols, case
        when g.tbl is null then 'unknown table'
        when jsonb_typeof(g.k) <> 'array' or jsonb_array_length(g.k) <> cardinality(g.key_cols)
            or jsonb_typeof(g.k -> 0) <> 'string' or jsonb_typeof(g.k -> 1) <> 'string' then 'bad key'
        when g.kind is null or g.kind not in ('put', 'patch', 'ins', 'del', 'inc', 'add') then 'bad op'
        when jsonb_typeof(g.v) <> 'object' then 'bad values'
        when g.h is null then 'bad clock'
        when (select octet_length(p_ops::text) > 262144) and octet_length(g.raw::text) > 262144 then 'op too large'
        when g.kind = 'del' and not g.deletable then 'not deletable'
        when not g.roles ?& g.cols then 'column not writable'
        when g.kind = 'inc' and exists (
            select from jsonb_each(g.v) e where g.roles ->> e.key <> 'counter' or jsonb_typeof(e.value) <> 'number') then 'not a counter'
        when g.kind = 'add' and exists (select from unnest(g.cols) c where g.roles ->> c <> 'set') then 'not a set'
        when g.tbl = 'memory' and g.k ->> 1 !~ '^[a-z0-9_]{1,120}$' then 'bad memory key'
        when g.tbl = 'memory' and starts_with(g.k ->> 1, 'user_input_') then 'reserved memory key'
        when g.key_cols = '{id}' and g.k ->> 0 !~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then 'bad key'
        end as bad
    from given g),
placed as (
    select j.place, j.bad, j.k::text as row_key,
        case when j.bad is null then dense_rank() over same_fate end as slot, count(*) over (same_fate range current row) as times
    from judged j window same_fate as (partition by j.bad is null order by j.rank, j.k::text collate "C"))
select array_agg((
    j.n, j.raw ->> 'id', j.tbl, p.row_key, j.k, j.kind, j.v, j.cols, (j.raw ->> 'base')::bigint, j.h, p.slot,
    j.append_only and j.kind = 'ins' and p.times = 1, j.bad, case when j.bad is not null then j.raw end)::sync.op
    order by j.place)
from judged j join placed p using (place)
$$;

-- The caller's versions of some rows. Not under row security, whose condition would tempt the planner to walk all of the
-- person's versions; the comparison as text offers it no index.
create or replace function sync.versions_of(rids uuid[]) returns setof sync.row_versions
language sql stable security definer set search_path = '' set enable_seqscan = off as
$$ select v.* from sync.row_versions v where v.rid = any(rids) and v.user_id::text = sync.caller()::text $$;

-- The rows that operations are about, locked in the order of their slots, with their versions. The versions are read after
-- the locks are held: read before, a concurrent writer's increment could be lost.
create or replace function sync.load(p_ops sync.op[]) returns sync.state[]
language plpgsql volatile set search_path = '' as $$
declare
    me constant uuid := auth.uid();
    t sync.tables;
    slots int[];
    bodies jsonb[];
    places tid[];
    all_slots int[] := '{}';
    all_bodies jsonb[] := '{}';
    all_places tid[] := '{}';
    states sync.state[];
begin
    for t in select * from sync.tables x where x.tbl in (select o.tbl from unnest(p_ops) o where o.bad is null) order by x.rank loop
        execute format($sql$
            select array_agg(k.slot), array_agg(b.body), array_agg(b.ctid) from unnest($2, $3) k (slot, key), lateral (
                select to_jsonb(t) as body, t.ctid from public.%I t where %s%s %s for no key update) b $sql$,
            t.tbl, t.owner_sql, sync.key_condition(t, 'k.key'), coalesce('order by ' || t.first_of, ''))
        into slots, bodies, places
        using me, (select array_agg(distinct o.slot order by o.slot) from unnest(p_ops) o where o.tbl = t.tbl and o.bad is null),
            (select array_agg(o.k order by o.slot) from (
                select distinct on (x.slot) x.slot, x.k from unnest(p_ops) x where x.tbl = t.tbl and x.bad is null) o);
        all_slots := all_slots || slots;
        all_bodies := all_bodies || bodies;
        all_places := all_places || places;
    end loop;

    select array_agg((
            r.rid, r.tbl, r.row_key, r.k, case when b.body is not null then sync.to_wire_if_needed(b.body, r.tbl) end, b.body is not null,
            v.seq, v.deleted, v.hlc, v.node, v.hlc0, v.node0, v.solo_from, coalesce(v.clocks, '{}'),
            '{}', false, null, null, null, null, b.stored_at)::sync.state order by r.slot)
    into states
    from (select distinct on (o.slot) o.slot, sync.rid(me, o.tbl, o.row_key) as rid, o.tbl, o.row_key, o.k
          from unnest(p_ops) o where o.bad is null) r
    left join (
        select distinct on (x.slot) x.slot, x.body, x.stored_at
        from unnest(all_slots, all_bodies, all_places) with ordinality x (slot, body, stored_at, place)
        order by x.slot, x.place) b on b.slot = r.slot
    left join sync.versions_of(array(
        select sync.rid(me, o.tbl, o.row_key) from unnest(p_ops) o where o.bad is null)) v on v.rid = r.rid;
    return states;
end $$;

-- ` and t.category = (KEY ->> 0) …` for a table's key.
create or replace function sync.key_condition(t sync.tables, key text) returns text language sql immutable set search_path = '' as $$
select coalesce(string_agg(format(' and t.%I = (%s ->> %s)%s', c, key, i - 1, case c when 'id' then '::uuid' else '' end), ''), '')
from unnest(t.key_cols) with ordinality k (c, i)
$$;

create or replace function sync.to_wire_if_needed(body jsonb, tbl text) returns jsonb language plpgsql stable set search_path = '' as $$
declare
    t sync.tables;
begin
    select * into t from sync.tables x where x.tbl = to_wire_if_needed.tbl;
    return case when cardinality(t.csv_cols) > 0 then sync.to_wire(body, t) else body end;
end $$;

-- A person's profile row, on which the cloud companion's tables depend. Only ever inserted.
create or replace function sync.ensure_profile() returns void language plpgsql volatile set search_path = '' as $$
declare
    me constant uuid := auth.uid();
    t sync.tables;
    is_there boolean;
    names text;
begin
    select * into t from sync.tables x where x.tbl = 'profiles';
    execute format('select exists (select from public.profiles t where %s)', t.owner_sql) into is_there using me;
    if is_there then
        return;
    end if;
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into names from pg_catalog.pg_attribute a
    where a.attrelid = 'public.profiles'::regclass and not a.attisdropped
        and (a.attname = any(t.owner_cols) or a.attname in ('email', 'is_first_login'));
    execute format('insert into public.profiles (%s) select %1$s from jsonb_populate_record(null::public.profiles, $1)'
        || ' on conflict do nothing', names)
    using jsonb_build_object('id', me, 'user_id', me, 'is_first_login', true, 'email', format('user_%s@companion.local', me));
exception when integrity_constraint_violation then
    -- This project's profiles want more than we know. What depends on one will be refused by itself; the rest goes on.
    raise debug 'no profile: %', sqlerrm;
end $$;
