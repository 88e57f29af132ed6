create schema realtime authorization supabase_realtime_admin;
grant usage on schema realtime to anon, authenticated, service_role, postgres;

create table realtime.messages (
    id uuid not null default gen_random_uuid() primary key,
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    inserted_at timestamp not null default now());
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role, postgres;

create function realtime.topic() returns text language sql stable as
$$ select nullif(current_setting('realtime.topic', true), '') $$;

-- As Supabase's: whatever goes wrong becomes a warning.
create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql as $$
begin
    begin
        perform set_config('realtime.topic', topic, true);
        insert into realtime.messages (payload, event, topic, private, extension)
        values (payload, event, topic, private, 'broadcast');
    exception when others then
        raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
    end;
end $$;

-- The service reads the write-ahead log; the gateway listens. Both hear of a message when its transaction commits.
create function realtime.announce() returns trigger language plpgsql security definer as $$
begin
    perform pg_notify('realtime', jsonb_build_object(
        'topic', new.topic, 'event', new.event, 'payload', new.payload, 'private', new.private, 'id', new.id)::text);
    return null;
end $$;
create trigger announce after insert on realtime.messages for each row when (new.extension = 'broadcast')
    execute function realtime.announce();
