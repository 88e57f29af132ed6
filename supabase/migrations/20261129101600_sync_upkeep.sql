-- Upkeep that needs no schedule: once a day a person's device asks for it. Where pg_cron is there, sync.gc() does the same at
-- night for everybody, and more.

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
    delete from sync.devices d where d.user_id = me and d.seen_at < now() - interval '2 years';
end $$;

-- The caller's stored objects that no attachment names any more and that are older than a week, a hundred at most. The device
-- deletes them through the Storage API: deleting rows of storage.objects would leave the files.
create or replace function sync.my_unused_objects() returns jsonb
language plpgsql stable set search_path = '' as $$
declare
    names jsonb;
begin
    select jsonb_agg(u.name) into names from (
        select o.name from storage.objects o
        where o.bucket_id = 'attachments' and o.name like auth.uid()::text || '/%' and o.created_at < now() - interval '7 days'
            and not exists (
                select from public.attachments a where a.user_id = auth.uid() and o.name = auth.uid()::text || '/' || a.sha256)
        order by o.created_at limit 100) u;
    return coalesce(names, '[]');
exception when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
    -- No Storage in this project.
    return '[]';
end $$;

create or replace function public.sync_upkeep() returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
    perform sync.upkeep_records();
    return jsonb_build_object('unused', sync.my_unused_objects());
end $$;

alter function sync.upkeep_records() owner to sync_owner;
revoke execute on function sync.upkeep_records(), sync.my_unused_objects(), public.sync_upkeep()
    from public, anon, service_role;
grant execute on function sync.upkeep_records(), sync.my_unused_objects(), public.sync_upkeep() to authenticated;
