-- That somebody had everything deleted is remembered, and is not the same as a server that was set back.
--
-- Both look alike to a device that was away: what it knows to be confirmed is not there. After a restore it must send again what
-- the server lost; after `sync_forget_me` it must not. So the person's head says when everything was deleted, and keeps saying it:
--
-- * every page tells devices, which then let go of what they keep for a server that was set back;
-- * no change that was made before that moment is taken, from whatever device or program version, and nothing of its content is
--   written down. The device keeps it, and the person may offer it again, as a change of today.

alter table sync.heads add column if not exists forgotten bigint not null default 0;
comment on column sync.heads.forgotten is 'Hybrid time of the last sync_forget_me; changes made before it are not taken.';

-- Takes the place of the function of the same name; what is new is the mark.
create or replace function sync.forget_records() returns void
language plpgsql security definer set search_path = '' as $$
declare
    me constant uuid := sync.caller();
begin
    if me is null then
        raise exception 'sign in first' using errcode = '28000';
    end if;
    perform sync.lock_head(me);
    delete from sync.row_versions r where r.user_id = me;
    delete from sync.conflicts c where c.user_id = me;
    delete from sync.rejected r where r.user_id = me;
    delete from sync.dirty d where d.user_id = me;
    update sync.applied a set results = (
        select jsonb_agg(x - array['lost', 'kept', 'msg'] order by place) from jsonb_array_elements(a.results) with ordinality q (x, place))
    where a.user_id = me;
    update sync.heads h set epoch = gen_random_uuid(), chk = 0, live = 0, horizon = h.seq, forgotten = sync.now_hlc()
    where h.user_id = me;
    perform sync.poke(me, (select h.seq from sync.heads h where h.user_id = me));
end $$;

-- The caller's mark; 0 when they never had everything deleted.
create or replace function sync.forgotten() returns bigint language sql stable set search_path = '' as
$$ select coalesce((select h.forgotten from sync.heads h where h.user_id = auth.uid()), 0) $$;

-- A page, after repairs if any are due. Takes the place of the function of the same name; what is new is the mark.
create or replace function sync.pull(p_since bigint, p_floor bigint, p_epoch uuid, p_limit int)
returns jsonb language plpgsql volatile set search_path = '' as $$
declare
    page jsonb;
begin
    if exists (select from sync.dirty d where d.user_id = auth.uid()) then
        perform sync.repair_me();
    end if;
    page := sync.page(p_since, p_floor, p_epoch, p_limit);
    if (page -> 'stale')::boolean then
        perform sync.repair_me();
        page := sync.page(p_since, p_floor, p_epoch, p_limit);
    end if;
    -- In milliseconds. Read after the page: a mark that is newer than it is heard of once more with the next.
    return page - 'stale' || jsonb_build_object('forgotten', sync.forgotten() >> 16);
end $$;

-- Takes the place of the function of the same name; what is new is the check against the mark, and that of what it refuses only
-- the number and the id are kept.
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
    select case when g.h < (select sync.forgotten()) then jsonb_build_object('n', g.n, 'id', g.raw -> 'id') else g.raw end as raw,
        g.place, g.n, g.k, g.kind, g.v, g.tbl, g.rank, g.append_only, g.h, g.cols, case
        when g.h < (select sync.forgotten()) then 'made before everything was deleted'
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

-- As sync.apply(), for pushes of nothing but new rows; null, and nothing done, for any other. Takes the place of the function of
-- the same name; what is new is the look at the mark.
create or replace function sync.apply_fresh(p_dev uuid, p_after bigint, p_ops jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
    forgotten constant bigint := sync.forgotten();
    fresh sync.fresh[];
    part sync.fresh[];
    name text;
    t sync.tables;
    versions sync.version[] := '{}';
    results jsonb[];
begin
    if octet_length(p_ops::text) > 262144 then
        -- One of them may be larger than an operation may be.
        return null;
    end if;
    fresh := sync.read_fresh(p_ops, p_after, sync.now_hlc() + (60000::bigint << 16));
    if fresh is null or exists (select from unnest(fresh) o where o.h < forgotten) then
        return null;
    end if;
    for t in select * from sync.tables x where x.tbl in (select o.tbl from unnest(fresh) o) loop
        part := array(select o from unnest(fresh) o where o.tbl = t.tbl);
        if sync.any_known(t, part) then
            return null;
        end if;
    end loop;
    perform sync.ensure_profile();
    perform set_config('sync.defer', 'on', true);
    for name, part in
        select o.tbl, array_agg(o order by o.n) from unnest(fresh) o join sync.tables x on x.tbl = o.tbl
        group by o.tbl, x.rank, o.cols order by x.rank, min(o.n)
    loop
        select * into strict t from sync.tables x where x.tbl = name;
        versions := versions || sync.insert_fresh(t, part, p_dev::text);
    end loop;
    results := array(select jsonb_build_object('n', o.n, 'id', o.id, 'r', 'ok') from unnest(fresh) o order by o.n);
    perform sync.ledger_close(p_dev, versions, p_after + 1, array(select o.id from unnest(fresh) o order by o.n), results, '{}', '{}');
    perform set_config('sync.defer', 'off', true);
    return jsonb_build_object('last', p_after + cardinality(fresh), 'clamped', false, 'results', to_jsonb(results));
end $$;

alter function sync.forget_records() owner to sync_owner;
revoke execute on function
    sync.forget_records(), sync.forgotten(), sync.pull(bigint, bigint, uuid, int), sync.read_ops(jsonb, bigint),
    sync.apply_fresh(uuid, bigint, jsonb) from public, anon, service_role;
grant execute on function
    sync.forget_records(), sync.forgotten(), sync.pull(bigint, bigint, uuid, int), sync.read_ops(jsonb, bigint),
    sync.apply_fresh(uuid, bigint, jsonb) to authenticated, sync_owner;
