-- An increment counts once for its person, whichever device brings it.
--
-- Numbers tell that one device sends something again. They do not when a file is copied or set back to a backup while it holds
-- increments that were not sent: the original sends them, and the copy, which becomes a device of its own, sends them too. A
-- value that comes twice is the same value; an increment would count twice. So it says where it comes from ("o", the id it got
-- when it was made, which copies share), and what has counted is remembered for a year. One that says nothing counts as before.

create table if not exists sync.counted (
    user_id uuid not null,
    origin uuid not null,
    at timestamptz not null default now(),
    primary key (user_id, origin));
alter table sync.counted owner to sync_owner;
alter table sync.counted enable row level security;
revoke all on sync.counted from public, anon, authenticated;
drop policy if exists own on sync.counted;
create policy own on sync.counted for select to authenticated using (user_id = (select auth.uid()));
grant select on sync.counted to authenticated, service_role;
grant all on sync.counted to current_user;

-- Those of the caller's increments that have not counted before; from now on they have, if this transaction stands. In order, so
-- that two pushes cannot wait for each other crosswise.
create or replace function sync.count_once(p_origins uuid[]) returns uuid[]
language plpgsql security definer set search_path = '' as $$
declare
    me constant uuid := sync.caller();
    fresh uuid[];
begin
    if me is null then
        raise exception 'sign in first' using errcode = '28000';
    end if;
    with added as (
        insert into sync.counted (user_id, origin) select distinct me, o from unnest(p_origins) o order by o
        on conflict do nothing returning origin)
    select coalesce(array_agg(a.origin), '{}') into fresh from added a;
    return fresh;
end $$;

-- Applies operations that are new; returns their answers and how far they reach. Takes the place of the function of the same name;
-- what is new is that an increment which has counted before changes nothing, and the code of what came too late.
create or replace function sync.apply(p_dev uuid, p_after bigint, p_ops jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
    dev constant text := p_dev::text;
    now_hlc constant bigint := sync.now_hlc();
    latest constant bigint := now_hlc + (60000::bigint << 16);
    ops sync.op[] := sync.read_ops(p_ops, p_after);
    states sync.state[];
    written sync.state[] := '{}';
    o sync.op;
    s sync.state;
    t sync.tables;
    results jsonb[] := '{}';
    rejected jsonb[] := '{}';
    conflicts jsonb[] := '{}';
    expected bigint := p_after;
    is_clamped boolean := false;
    -- Whether all columns that a device may send are there.
    is_plain boolean;
    result jsonb;
    -- Increments that count now; each is taken out when it has.
    counting uuid[];
    -- Number -> what was counted, for increments that say so.
    origins jsonb := '{}';
    origin uuid;
    code text;
begin
    if p_ops @? '$[*].o' then
        select coalesce(jsonb_object_agg(k.n::text, x ->> 'o'), '{}') into origins
        from jsonb_array_elements(p_ops) x join unnest(ops) k on k.n = (x ->> 'n')::bigint
        where k.bad is null and k.kind = 'inc' and sync.is_uuid(x ->> 'o');
        counting := sync.count_once(array(select e.value::uuid from jsonb_each_text(origins) e));
    end if;
    perform sync.ensure_profile();
    -- From here on this transaction numbers its changes itself.
    perform set_config('sync.defer', 'on', true);
    states := sync.load(ops);
    foreach o in array ops loop
        expected := expected + 1;
        if o.n <> expected then
            raise exception 'operation gap: got %, expected %', o.n, expected using errcode = '22023';
        end if;
        result := jsonb_build_object('n', o.n, 'id', o.id);
        if o.bad is not null then
            code := case o.bad when 'made before everything was deleted' then 'FORGOTTEN' else 'PRE' end;
            result := result || jsonb_build_object('r', 'rejected', 'code', code, 'msg', o.bad);
            rejected := rejected || jsonb_build_object('op', o.raw, 'code', code, 'msg', o.bad);
            results := results || result;
            continue;
        end if;
        if o.h > latest then
            o.h := now_hlc;
            is_clamped := true;
        end if;
        origin := origins ->> o.n::text;
        if origin is not null then
            if not origin = any(counting) then
                results := results || (result || '{"r": "ok"}');
                continue;
            end if;
            counting := array_remove(counting, origin);
        end if;
        s := states[o.slot];
        if t.tbl is distinct from o.tbl then
            select * into t from sync.tables x where x.tbl = o.tbl;
            is_plain := not t.roles @? '$.* ? (@ == "ignored")';
        end if;
        if o.is_fast and not s.existed and s.seq is null then
            -- A new row of a table whose rows are written once: nothing to merge with.
            s.body := o.v;
            if is_plain then
                s.changed := o.cols;
            else
                s.changed := array(select c from unnest(o.cols) c where t.roles ->> c <> 'ignored');
            end if;
            s.deleted := false;
            s.hlc := o.h;
            s.node := dev;
            s.hlc0 := o.h;
            s.node0 := dev;
            s.solo_from := 0;
            s.is_touched := true;
            s.verdict := 'ok';
        else
            s := sync.merge(s, o, t, dev);
        end if;
        states[o.slot] := s;
        result := result || jsonb_build_object('r', s.verdict);
        if s.lost is not null then
            result := result || jsonb_build_object('lost', s.lost, 'kept', s.kept);
            conflicts := conflicts || jsonb_build_object('t', s.tbl, 'k', s.row_key, 'lost', s.lost, 'kept', s.kept, 'h', o.h);
        end if;
        results := results || result;
    end loop;

    for t in select * from sync.tables x where x.tbl in (select q.tbl from unnest(states) q where q.is_touched) order by x.rank loop
        written := written || sync.write(t, array(select q from unnest(states) q where q.tbl = t.tbl and q.is_touched));
    end loop;
    perform sync.ledger_close(p_dev,
        array(select (w.rid, w.tbl, w.row_key, w.deleted, w.hlc, w.node, w.hlc0, w.node0, w.solo_from, w.clocks, w.body_hash)::sync.version
              from unnest(written) w),
        p_after + 1, array(select x.id from unnest(ops) x order by x.n), results, rejected, conflicts);
    perform set_config('sync.defer', 'off', true);
    return jsonb_build_object('last', expected, 'clamped', is_clamped, 'results', to_jsonb(results));
end $$;

-- The next three take the place of functions of the same names; what is new is that they know sync.counted.

-- Nightly: old tombstones go and the horizon says so; old conflicts, answers of devices long silent, records of people who are
-- no more. A device that has not come since before the horizon starts over.
create or replace function sync.gc(keep_tombstones interval default '90 days', keep_conflicts interval default '30 days')
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    owner uuid;
    removed bigint := 0;
    gone bigint;
    newest bigint;
begin
    for owner in
        select distinct r.user_id from sync.row_versions r where r.deleted and r.at < now() - keep_tombstones order by 1
    loop
        perform sync.lock_head(owner);
        with old as (
            delete from sync.row_versions r where r.user_id = owner and r.deleted and r.at < now() - keep_tombstones returning r.seq)
        select count(*), max(o.seq) into gone, newest from old o;
        update sync.heads h set horizon = greatest(h.horizon, newest) where h.user_id = owner;
        removed := removed + gone;
    end loop;
    delete from sync.conflicts c where c.at < now() - keep_conflicts;
    delete from sync.rejected r where r.at < now() - keep_tombstones;
    delete from sync.capture_errors e where e.at < now() - keep_conflicts;
    delete from sync.counted c where c.at < now() - interval '1 year';
    delete from sync.devices d where d.seen_at < now() - interval '2 years';
    return removed + sync.purge();
end $$;

-- Records of accounts that were deleted. No foreign key does this: a cascade could take the head row away before the triggers of
-- the same deletion need it, and the account could not be deleted.
create or replace function sync.purge() returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    name text;
    gone bigint;
    removed bigint := 0;
begin
    foreach name in array array['row_versions', 'conflicts', 'rejected', 'dirty', 'devices', 'counted', 'heads'] loop
        execute format('delete from sync.%I r where not exists (select from auth.users u where u.id = r.user_id)', name);
        get diagnostics gone = row_count;
        removed := removed + gone;
    end loop;
    return removed;
end $$;

-- What sync.gc() does, for the caller alone.
create or replace function sync.upkeep_records() returns void
language plpgsql security definer set search_path = '' set lock_timeout = '2s' as $$
declare
    me constant uuid := sync.caller();
    keep_tombstones constant interval := '90 days';
    keep_conflicts constant interval := '30 days';
    newest bigint;
begin
    if me is null then
        raise exception 'sign in first' using errcode = '28000';
    end if;
    if exists (select from sync.row_versions r where r.user_id = me and r.deleted and r.at < now() - keep_tombstones) then
        perform sync.lock_head(me);
        with old as (
            delete from sync.row_versions r where r.user_id = me and r.deleted and r.at < now() - keep_tombstones returning r.seq)
        select max(o.seq) into newest from old o;
        update sync.heads h set horizon = greatest(h.horizon, newest) where h.user_id = me;
    end if;
    delete from sync.conflicts c where c.user_id = me and c.at < now() - keep_conflicts;
    delete from sync.rejected r where r.user_id = me and r.at < now() - keep_tombstones;
    delete from sync.counted c where c.user_id = me and c.at < now() - interval '1 year';
    delete from sync.devices d where d.user_id = me and d.seen_at < now() - interval '2 years';
end $$;

alter function sync.count_once(uuid[]) owner to sync_owner;
alter function sync.gc(interval, interval) owner to sync_owner;
alter function sync.upkeep_records() owner to sync_owner;
revoke execute on function
    sync.count_once(uuid[]), sync.apply(uuid, bigint, jsonb), sync.gc(interval, interval), sync.purge(), sync.upkeep_records()
    from public, anon, authenticated, service_role;
grant execute on function sync.count_once(uuid[]), sync.apply(uuid, bigint, jsonb), sync.upkeep_records() to authenticated;
grant execute on function sync.gc(interval, interval) to service_role;
grant execute on function sync.purge() to sync_owner;
