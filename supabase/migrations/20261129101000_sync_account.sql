-- What a person may ask about their own data, and what happens at night.

create or replace function sync.account_state() returns text
language sql stable security definer set search_path = '' as
$$ select case when exists (select from auth.users u where u.id = auth.uid()) then 'active' else 'deleted' end $$;

create or replace function public.sync_status() returns jsonb
language plpgsql stable set search_path = '' as $$
declare
    me constant uuid := auth.uid();
    head sync.heads;
begin
    if me is null then
        raise exception 'sign in first' using errcode = '28000';
    end if;
    select * into head from sync.heads h where h.user_id = me;
    return jsonb_build_object(
        'proto', '{"min": 1, "max": 1}'::jsonb, 'epoch', head.epoch, 'head', coalesce(head.seq, 0), 'live', coalesce(head.live, 0),
        'now', sync.now_ms(), 'account', sync.account_state(),
        'devices', coalesce((
            select jsonb_agg(jsonb_build_object('id', d.device_id, 'seen', d.seen_at, 'last', d.last_n) order by d.seen_at desc)
            from sync.devices d where d.user_id = me), '[]'));
end $$;

create or replace function public.sync_reconcile() returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
    return jsonb_build_object('repaired', sync.reconcile_me());
end $$;

-- Everything of the caller's, as stored. Row security decides what that is.
create or replace function public.sync_export() returns jsonb
language plpgsql stable set search_path = '' as $$
declare
    me constant uuid := auth.uid();
    t sync.tables;
    rows jsonb;
    result jsonb := '{}';
begin
    if me is null then
        raise exception 'sign in first' using errcode = '28000';
    end if;
    for t in select * from sync.tables order by rank loop
        execute format('select coalesce(jsonb_agg(to_jsonb(t)), ''[]'') from public.%I t where %s', t.tbl, t.owner_sql)
        into rows using me;
        result := result || jsonb_build_object(t.tbl, rows);
    end loop;
    return result || jsonb_build_object(
        'sync_conflicts', (
            select coalesce(jsonb_agg(to_jsonb(c) - 'user_id' order by c.id), '[]') from sync.conflicts c where c.user_id = me),
        'sync_rejected', (
            select coalesce(jsonb_agg(to_jsonb(r) - 'user_id' order by r.at), '[]') from sync.rejected r where r.user_id = me),
        'sync_devices', (
            select coalesce(jsonb_agg(to_jsonb(d) - 'user_id'), '[]') from sync.devices d where d.user_id = me));
end $$;

-- Forgets what sync knows of the caller's rows, whose names are personal too. The devices' numbers stay: a device that comes
-- later must find a new epoch and let go of its rows, not take this for a restored server and send them again.
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
    update sync.heads h set epoch = gen_random_uuid(), chk = 0, live = 0, horizon = h.seq where h.user_id = me;
    perform sync.poke(me, (select h.seq from sync.heads h where h.user_id = me));
end $$;

create or replace function public.sync_forget_me(p_confirm text) returns jsonb
language plpgsql volatile set search_path = '' set lock_timeout = '5s' as $$
declare
    t sync.tables;
    gone bigint;
    deleted bigint := 0;
begin
    if p_confirm is distinct from 'delete everything' then
        raise exception 'to delete everything, say so: p_confirm = ''delete everything''' using errcode = '22023';
    end if;
    perform set_config('sync.defer', 'on', true);
    -- Children before the profile they point to.
    for t in select * from sync.tables order by rank desc loop
        execute format('delete from public.%I t where %s', t.tbl, t.owner_sql) using auth.uid();
        get diagnostics gone = row_count;
        deleted := deleted + gone;
    end loop;
    perform sync.forget_records();
    perform set_config('sync.defer', 'off', true);
    return jsonb_build_object('deleted', deleted);
end $$;

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
    foreach name in array array['row_versions', 'conflicts', 'rejected', 'dirty', 'devices', 'heads'] loop
        execute format('delete from sync.%I r where not exists (select from auth.users u where u.id = r.user_id)', name);
        get diagnostics gone = row_count;
        removed := removed + gone;
    end loop;
    return removed;
end $$;

-- Paths of stored objects that no attachment names any more and that are older than a week, for a job that deletes them through
-- the Storage API. Deleting the rows of storage.objects would leave the files.
create or replace function sync.unused_objects(older_than interval default '7 days') returns setof text
language sql stable security definer set search_path = '' as $$
select o.name from storage.objects o
where o.bucket_id = 'attachments' and o.created_at < now() - older_than and not exists (
    select from public.attachments a where o.name = a.user_id::text || '/' || a.sha256)
$$;
