-- Which tables travel. Their shapes differ between projects, so what holds here is found out here.

create or replace function sync.has_column(tbl text, col text) returns boolean language sql stable set search_path = '' as $$
select exists (select from pg_catalog.pg_attribute a where a.attrelid = format('public.%I', tbl)::regclass and a.attname = col
    and a.attnum > 0 and not a.attisdropped)
$$;

create or replace function sync.column_type(tbl text, col text) returns text language sql stable set search_path = '' as $$
select format_type(a.atttypid, null) from pg_catalog.pg_attribute a
where a.attrelid = format('public.%I', tbl)::regclass and a.attname = col and not a.attisdropped
$$;

create or replace function sync.has_default(tbl text, col text) returns boolean language sql stable set search_path = '' as $$
select exists (select from pg_catalog.pg_attribute a where a.attrelid = format('public.%I', tbl)::regclass and a.attname = col
    and a.atthasdef)
$$;

-- Declares a table, watches it, and closes it to everybody but each row's owner.
-- roles: what devices may send, as if all columns were there.
create or replace function sync.declare_table(
    p_tbl text, p_rank int, p_key text[], p_roles jsonb, p_append_only boolean default false, p_field_clocks boolean default true,
    p_groups jsonb default '{}', p_counters jsonb default '{}', p_deletable boolean default true, p_null_as jsonb default '{}')
returns void language plpgsql set search_path = '' as $$
declare
    owner_cols text[];
    owner_sql text;
    roles jsonb;
    missing text;
    is_unique boolean;
    first_of text;
begin
    -- A profile's id names its owner too, unless the database makes it up.
    owner_cols := array(select c from unnest(array['user_id', 'id']) c
        where sync.column_type(p_tbl, c) = 'uuid' and (c = 'user_id' or p_tbl = 'profiles' and not sync.has_default(p_tbl, c)));
    if owner_cols = '{}' then
        raise exception 'public.% has no uuid column that names its owner', p_tbl
            using hint = 'companion-edge expects user_id uuid; rename the table if it belongs to something else.';
    end if;
    owner_sql := case cardinality(owner_cols)
        when 1 then format('t.%I = $1', owner_cols[1])
        else format('(t.%I = $1 or t.%1$I is null and t.%I = $1)', owner_cols[1], owner_cols[2]) end;
    select string_agg(c, ', ') into missing from unnest(p_key) c where not sync.has_column(p_tbl, c);
    if missing is not null then
        raise exception 'public.% lacks %', p_tbl, missing
            using hint = 'A table of this name belongs to something else; rename it, then run the migrations again.';
    end if;
    select jsonb_object_agg(r.key, case when sync.has_column(p_tbl, r.key) then r.value else 'ignored' end)
    into roles from jsonb_each_text(p_roles) r;
    -- The database may allow several rows where a person should have one; then the oldest counts.
    is_unique := exists (
        select from pg_catalog.pg_index i where i.indrelid = format('public.%I', p_tbl)::regclass and i.indisunique and i.indpred is null
            and array(select a.attname::text from pg_catalog.pg_attribute a
                      where a.attrelid = i.indrelid and a.attnum = any(i.indkey)) <@ (owner_cols || p_key)
            and i.indnatts > 0);
    if not is_unique and p_key <> '{}' then
        raise exception 'public.% may hold the same key twice', p_tbl
            using hint = format('Make (user_id, %s) unique, then run the migrations again.', array_to_string(p_key, ', '));
    end if;
    if not is_unique then
        select string_agg(format('t.%I', c), ', ') into first_of from unnest(array['created_at', 'id']) c where sync.has_column(p_tbl, c);
        first_of := coalesce(first_of, 't.ctid');
    end if;
    delete from sync.tables where tbl = p_tbl;
    insert into sync.tables values (p_tbl, p_rank, owner_cols, owner_sql, p_key, roles,
        array(select distinct c from unnest(owner_cols || p_key || '{id,user_id,updated_at}'::text[]) c order by c),
        p_append_only, p_field_clocks, p_groups, p_counters, p_deletable, p_null_as,
        array(select c from unnest(array['interests']) c where sync.column_type(p_tbl, c) in ('text', 'character varying')),
        array(select c from jsonb_object_keys(p_roles) c where sync.column_type(p_tbl, c) = 'timestamp with time zone'), first_of);
    perform sync.watch(p_tbl);
    perform sync.close(p_tbl, owner_cols, owner_sql);
end $$;

create or replace function sync.watch(p_tbl text) returns void language plpgsql set search_path = '' as $$
declare
    trigger record;
begin
    for trigger in select * from (values
        ('sync_insert', 'insert', 'referencing new table as new_rows', 'tg_capture'),
        ('sync_update', 'update', 'referencing old table as old_rows new table as new_rows', 'tg_capture'),
        ('sync_delete', 'delete', 'referencing old table as old_rows', 'tg_capture'),
        ('sync_truncate', 'truncate', '', 'tg_truncate')) x (name, event, tables, function)
    loop
        execute format('drop trigger if exists %I on public.%I', trigger.name, p_tbl);
        execute format('create trigger %I after %s on public.%I %s for each statement execute function sync.%I()',
            trigger.name, trigger.event, p_tbl, trigger.tables, trigger.function);
    end loop;
end $$;

-- Each row for its owner, nothing for anon. Policies that let others in go; supabase/rollback.sql can bring them back.
create or replace function sync.close(p_tbl text, p_owner_cols text[], p_owner_sql text) returns void
language plpgsql set search_path = '' as $$
declare
    policy record;
    condition constant text := replace(replace(p_owner_sql, '$1', '(select auth.uid())'), 't.', '');
begin
    execute format('alter table public.%I enable row level security', p_tbl);
    for policy in
        select p.policyname from pg_catalog.pg_policies p where p.schemaname = 'public' and p.tablename = p_tbl
            and p.permissive = 'PERMISSIVE' and p.roles <> '{service_role}'
    loop
        execute format('drop policy %I on public.%I', policy.policyname, p_tbl);
    end loop;
    execute format('create policy sync_own on public.%I for all to authenticated using (%s) with check (%2$s)', p_tbl, condition);
    if cardinality(p_owner_cols) > 1 then
        -- Nobody takes the place of somebody else's profile.
        execute format('drop policy if exists sync_own_id on public.%I', p_tbl);
        execute format('create policy sync_own_id on public.%I as restrictive for all to authenticated using (true)'
            || ' with check (%I = (select auth.uid()))', p_tbl, p_owner_cols[2]);
    end if;
    execute format('revoke all on public.%I from anon, public', p_tbl);
    execute format('revoke truncate, references, trigger on public.%I from authenticated', p_tbl);
    execute format('grant select, insert, update, delete on public.%I to authenticated', p_tbl);
    execute format('grant all on public.%I to service_role', p_tbl);
end $$;

select sync.declare_table('profiles', 1, '{}',
    '{"is_first_login": "latch", "email": "ignored", "created_at": "stamp"}', p_deletable => false);
select sync.declare_table('user_profiles', 2, '{}',
    '{"profile_text": "register", "created_at": "stamp", "updated_at": "ignored"}', p_field_clocks => false, p_deletable => false,
    p_null_as => '{"profile_text": ""}');
select sync.declare_table('conversation_state', 3, '{}', '{
        "stage": "register", "trust_score": "counter", "stage_history": "set", "metadata": "ignored", "last_summary": "register",
        "last_topics": "register", "last_user_message": "register", "last_assistant_message": "register",
        "last_conversation_at": "register", "created_at": "stamp", "updated_at": "ignored"}',
    p_groups => '{"last_summary": "last", "last_topics": "last", "last_user_message": "last", "last_assistant_message": "last",
        "last_conversation_at": "last"}',
    p_counters => '{"trust_score": {"min": 0, "max": 10, "init": 2}}', p_deletable => false,
    p_null_as => '{"metadata": {}, "stage_history": [], "last_topics": []}');
select sync.declare_table('onboarding_details', 4, '{}', '{
        "full_name": "register", "gender": "register", "occupation": "register", "interests": "register", "id": "ignored",
        "created_at": "stamp", "updated_at": "ignored"}', p_deletable => false, p_null_as => '{"interests": []}');
select sync.declare_table('memory', 5, '{category,key}',
    '{"value": "register", "created_at": "stamp", "updated_at": "ignored"}', p_field_clocks => false);
select sync.declare_table('conversations', 6, '{id}', '{
        "channel": "register", "started_at": "register", "ended_at": "register", "language": "register", "summary": "register",
        "topics": "register", "facts": "register", "tone": "register"}');
select sync.declare_table('messages', 7, '{id}', '{
        "conversation_id": "register", "role": "register", "text": "register", "language": "register", "details": "register",
        "created_at": "stamp", "hlc": "stamp"}', p_append_only => true, p_field_clocks => false);
select sync.declare_table('reminders', 8, '{id}', '{
        "kind": "register", "text": "register", "due_at": "register", "time_zone": "register", "recurrence": "register",
        "language": "register", "state": "register", "announced_at": "register", "message_id": "register", "created_at": "stamp"}');
select sync.declare_table('attachments', 9, '{id}', '{
        "message_id": "register", "kind": "register", "mime": "register", "sha256": "register", "bytes": "register",
        "duration_ms": "register", "path": "register", "created_at": "stamp"}');

drop trigger if exists sync_sticky_forget on public.memory;
create trigger sync_sticky_forget before insert on public.memory for each row execute function sync.tg_sticky_forget();
