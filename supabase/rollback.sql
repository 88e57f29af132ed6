-- Takes sync away again: what the migrations added goes, the cloud companion's tables and rows stay as they are, and the row
-- security, policies and grants that those tables had before the migrations come back (bad ones too; see supabase/README.md).
--
--     psql "$DATABASE_URL" -1 -f supabase/rollback.sql
--
-- Tables that the migrations made go if they are empty. One with rows stays, closed to everybody but its rows' owners; to drop
-- those too, say so first, in the same session:  set companion.drop_data = 'yes';
-- Devices find no sync functions any more and keep working on their own; nothing on them is lost. Running the migrations again
-- is fine: devices start with a new epoch and come to terms with what they find.

do $$
declare
    b record;
    policy record;
    grant_ record;
    rows bigint;
    drops_data constant boolean := coalesce(current_setting('companion.drop_data', true), '') = 'yes';
begin
    if to_regclass('sync.before_us') is null then
        raise notice 'sync is not installed here';
        return;
    end if;
    drop trigger if exists sync_sticky_forget on public.memory;
    -- Children first.
    for b in select x.* from sync.before_us x left join sync.tables t using (tbl) order by t.rank desc nulls last loop
        continue when to_regclass(format('public.%I', b.tbl)) is null;
        for policy in select p.name from unnest(array['sync_insert', 'sync_update', 'sync_delete', 'sync_truncate']) p (name) loop
            execute format('drop trigger if exists %I on public.%I', policy.name, b.tbl);
        end loop;
        if not b.existed then
            execute format('select count(*) from public.%I', b.tbl) into rows;
            if rows = 0 or drops_data then
                execute format('drop table public.%I cascade', b.tbl);
            else
                raise notice 'public.% stays: it has % rows', b.tbl, rows;
            end if;
            continue;
        end if;
        execute format('drop policy if exists sync_own on public.%I', b.tbl);
        execute format('drop policy if exists sync_own_id on public.%I', b.tbl);
        for policy in select * from jsonb_to_recordset(b.policies)
            as p (policyname text, permissive text, roles text[], cmd text, qual text, with_check text) loop
            execute format('drop policy if exists %I on public.%I', policy.policyname, b.tbl);
            execute format('create policy %I on public.%I as %s for %s to %s%s%s', policy.policyname, b.tbl, policy.permissive, policy.cmd,
                (select string_agg(case r when 'public' then 'public' else quote_ident(r) end, ', ') from unnest(policy.roles) r),
                coalesce(' using (' || policy.qual || ')', ''), coalesce(' with check (' || policy.with_check || ')', ''));
        end loop;
        execute format('alter table public.%I %s row level security', b.tbl, case when b.row_security then 'enable' else 'disable' end);
        execute format('revoke all on public.%I from anon, authenticated', b.tbl);
        for grant_ in select * from jsonb_to_recordset(b.grants) as g ("to" text, may text) loop
            execute format('grant %s on public.%I to %I', grant_.may, b.tbl, grant_."to");
        end loop;
    end loop;

    begin
        perform cron.unschedule('companion-edge sync upkeep');
    exception when others then
        raise debug 'no nightly job: %', sqlerrm;
    end;
    begin
        drop policy if exists "companion-edge: own wake-ups" on realtime.messages;
        drop policy if exists "companion-edge: own attachments" on storage.objects;
        if exists (select from storage.objects o where o.bucket_id = 'attachments') then
            raise notice 'the bucket attachments stays: it has objects';
        else
            delete from storage.buckets where id = 'attachments';
        end if;
    exception when undefined_table or invalid_schema_name or insufficient_privilege then
        raise notice 'Realtime or Storage was left as it is: %', sqlerrm;
    end;
end $$;

drop function if exists public.sync_upkeep, public.sync_push, public.sync_pull, public.sync_reject, public.sync_status, public.sync_reconcile,
    public.sync_export, public.sync_forget_me;
drop schema if exists sync cascade;
-- The role may own things in other databases of the cluster; then it stays.
do $$ begin
    drop role if exists sync_owner;
exception when dependent_objects_still_exist or insufficient_privilege then
    raise notice 'the role sync_owner stays: %', sqlerrm;
end $$;
notify pgrst, 'reload schema';
