-- Realtime may tell a person's devices that there is something new; Storage keeps what a message carries.

do $$ begin
    drop policy if exists "companion-edge: own wake-ups" on realtime.messages;
    create policy "companion-edge: own wake-ups" on realtime.messages for select to authenticated
    using (realtime.topic() = 'sync:' || (select auth.uid())::text);
exception when undefined_table or undefined_function or invalid_schema_name or insufficient_privilege then
    raise notice 'No wake-ups, devices will poll: %', sqlerrm;
end $$;

-- An object's path is uid/sha256: its owner's folder, its content's name.
do $$ begin
    insert into storage.buckets (id, name, public) values ('attachments', 'attachments', false) on conflict (id) do nothing;
    update storage.buckets set public = false where id = 'attachments' and public;
    drop policy if exists "companion-edge: own attachments" on storage.objects;
    create policy "companion-edge: own attachments" on storage.objects for all to authenticated
    using (bucket_id = 'attachments' and (storage.foldername(name))[1] = (select auth.uid())::text)
    with check (bucket_id = 'attachments' and (storage.foldername(name))[1] = (select auth.uid())::text);
exception when undefined_table or undefined_function or invalid_schema_name or insufficient_privilege then
    raise notice 'No place for attachments, they stay on the device: %', sqlerrm;
end $$;

-- What is there already gets its numbers.
select sync.reconcile();

-- Nightly upkeep where the project has pg_cron; otherwise see supabase/README.md.
do $$ begin
    if exists (select from pg_extension where extname = 'pg_cron') then
        perform cron.schedule('companion-edge sync upkeep', '17 3 * * *', 'select sync.gc(), sync.reconcile()');
    end if;
end $$;

notify pgrst, 'reload schema';
