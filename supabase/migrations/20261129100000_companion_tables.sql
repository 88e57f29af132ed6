-- The tables that devices and the cloud companion share.
--
-- Those that the cloud companion has had from its beginning are made only where they are missing, and never changed where they
-- are there. Those that began on the device have its columns. Everything in this folder can be run again.

create schema if not exists sync;

-- What was here before us, for supabase/rollback.sql.
create table if not exists sync.before_us (
    tbl text primary key,
    existed boolean not null,
    row_security boolean not null,
    policies jsonb not null,
    grants jsonb not null);

insert into sync.before_us
select t.name, c.oid is not null and obj_description(c.oid, 'pg_class') is distinct from 'Made by companion-edge.',
    coalesce(c.relrowsecurity, false),
    coalesce((select jsonb_agg(to_jsonb(p)) from pg_policies p where p.schemaname = 'public' and p.tablename = t.name), '[]'),
    coalesce((
        select jsonb_agg(jsonb_build_object('to', g.grantee::regrole::text, 'may', g.privilege_type))
        from aclexplode(c.relacl) g where g.grantee <> 0 and g.grantee::regrole::text in ('anon', 'authenticated')), '[]')
from unnest(array['profiles', 'user_profiles', 'memory', 'conversation_state', 'onboarding_details', 'conversations', 'messages',
    'reminders', 'attachments']) t (name)
left join pg_class c on c.relname = t.name and c.relnamespace = 'public'::regnamespace
on conflict (tbl) do nothing;

create table if not exists public.profiles (
    id uuid primary key references auth.users (id) on delete cascade,
    user_id uuid constraint profiles_user_id_key unique,
    email text constraint profiles_email_key unique,
    is_first_login boolean default true,
    created_at timestamptz default now());

-- Foreign keys of the cloud companion's tables point to whatever names a profile's owner here.
do $$
declare
    owner_column text := case when exists (
        select 1 from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and c.conkey = array[a.attnum]
        where c.conrelid = 'public.profiles'::regclass and c.contype in ('p', 'u') and a.attname = 'user_id')
        then 'user_id' else 'id' end;
begin
    execute format($sql$
        create table if not exists public.user_profiles (
            user_id uuid primary key references public.profiles (%1$I) on delete cascade,
            profile_text text,
            created_at timestamptz default now(),
            updated_at timestamptz default now());
        create table if not exists public.memory (
            id bigserial primary key,
            user_id uuid not null constraint memory_user_id_fkey references public.profiles (%1$I) on delete cascade,
            category text not null,
            key text not null,
            value text not null,
            created_at timestamptz default now(),
            constraint uq_memory_user_key unique (user_id, category, key));
        $sql$, owner_column);
end $$;

create table if not exists public.conversation_state (
    id bigserial primary key,
    user_id uuid not null unique references auth.users (id) on delete cascade,
    stage text not null default 'ORIENTATION',
    trust_score numeric(6,3) not null default 2.0 check (trust_score between 0 and 10),
    metadata jsonb default '{}',
    stage_history jsonb default '[]',
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    last_summary text,
    last_topics jsonb default '[]',
    last_user_message text,
    last_assistant_message text,
    last_conversation_at timestamptz);

create table if not exists public.onboarding_details (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null unique references auth.users (id) on delete cascade,
    full_name text,
    gender text,
    occupation text,
    interests text,
    created_at timestamptz default now(),
    updated_at timestamptz default now());

-- Device tables. A person's rows are apart from everybody else's down to the primary key: an id that somebody else has used
-- is no obstacle, and tells nothing.
create table if not exists public.conversations (
    id uuid not null,
    user_id uuid not null references auth.users (id) on delete cascade,
    channel text not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    language text,
    summary text,
    topics jsonb not null default '[]',
    facts jsonb not null default '[]',
    tone text,
    primary key (user_id, id));

-- No foreign key to conversations: a message may come first, and must not be refused for that.
create table if not exists public.messages (
    id uuid not null,
    user_id uuid not null references auth.users (id) on delete cascade,
    conversation_id text,
    role text not null,
    text text not null,
    language text,
    details jsonb not null default '{}',
    created_at timestamptz not null default now(),
    hlc bigint not null default 0,
    primary key (user_id, id));

create table if not exists public.reminders (
    id uuid not null,
    user_id uuid not null references auth.users (id) on delete cascade,
    kind text not null,
    text text not null,
    due_at timestamptz not null,
    time_zone text not null,
    recurrence text,
    language text,
    state text not null default 'pending',
    announced_at timestamptz,
    message_id text,
    created_at timestamptz not null default now(),
    primary key (user_id, id));

create table if not exists public.attachments (
    id uuid not null,
    user_id uuid not null references auth.users (id) on delete cascade,
    message_id text,
    kind text not null,
    mime text not null,
    sha256 text not null,
    bytes bigint not null,
    duration_ms bigint,
    path text,
    created_at timestamptz not null default now(),
    primary key (user_id, id));

-- So that a later run after a rollback knows which ones are ours.
do $$
declare
    ours record;
begin
    for ours in select b.tbl from sync.before_us b where not b.existed loop
        execute format('comment on table public.%I is %L', ours.tbl, 'Made by companion-edge.');
    end loop;
end $$;
