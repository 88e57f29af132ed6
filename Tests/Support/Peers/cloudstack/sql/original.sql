-- The cloud companion's database as its documents and migrations leave it: tables, contradicting policies, people's rows.
create table public.profiles (
    id uuid primary key references auth.users (id) on delete cascade,
    user_id uuid constraint profiles_user_id_key unique,
    email text constraint profiles_email_key unique,
    is_first_login boolean default true,
    created_at timestamptz default now());
create table public.user_profiles (
    user_id uuid primary key references public.profiles (user_id) on delete cascade,
    profile_text text,
    created_at timestamptz default now(),
    updated_at timestamptz default now());
create table public.memory (
    id bigserial primary key,
    user_id uuid not null constraint memory_user_id_fkey references public.profiles (user_id) on delete cascade,
    category varchar(50) not null,
    key varchar(255) not null,
    value text not null,
    created_at timestamptz default now(),
    constraint uq_memory_user_key unique (user_id, category, key));
create table public.conversation_state (
    id bigserial primary key,
    user_id uuid not null unique references auth.users (id) on delete cascade,
    stage text not null default 'ORIENTATION',
    trust_score decimal(3,1) not null default 2.0 check (trust_score between 0 and 10),
    metadata jsonb default '{}',
    stage_history jsonb default '[]',
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    last_summary text,
    last_topics jsonb default '[]',
    last_user_message text,
    last_assistant_message text,
    last_conversation_at timestamptz);
create index conversation_state_stage on public.conversation_state (stage);
create table public.onboarding_details (
    id uuid primary key default gen_random_uuid(),
    user_id uuid references auth.users (id) on delete cascade,
    full_name text,
    gender text,
    occupation text,
    interests text,
    created_at timestamptz default now(),
    updated_at timestamptz default now());

create function public.touch() returns trigger language plpgsql as
$$ begin new.updated_at = now(); return new; end $$;
create trigger touch before update on public.conversation_state for each row execute function public.touch();

alter table public.conversation_state enable row level security;
create policy "own rows" on public.conversation_state for select using (auth.uid() = user_id);
create policy "anon does everything" on public.conversation_state for all to anon using (true) with check (true);
create policy "service role" on public.memory for all to service_role using (true) with check (true);
create policy "service role" on public.profiles for all to service_role using (true) with check (true);
alter table public.profiles disable row level security;
alter table public.memory disable row level security;
alter table public.user_profiles disable row level security;

insert into auth.users (id, email) values
    ('11111111-1111-4111-8111-111111111111', 'amna@example.com'), ('22222222-2222-4222-8222-222222222222', 'bilal@example.com');
insert into public.profiles (id, user_id, email) values
    ('11111111-1111-4111-8111-111111111111', '11111111-1111-4111-8111-111111111111', 'user_11111111@companion.local'),
    ('22222222-2222-4222-8222-222222222222', '22222222-2222-4222-8222-222222222222', 'user_22222222@companion.local');
insert into public.user_profiles (user_id, profile_text) values
    ('11111111-1111-4111-8111-111111111111', 'آمنہ لاہور میں رہتی ہیں۔');
insert into public.memory (user_id, category, key, value, created_at)
select u.id, 'FACT', 'fact_' || n, 'قیمت ' || n, timestamptz '2025-10-01 08:00+00' + n * interval '1 minute'
from auth.users u, generate_series(1, 50) n;
insert into public.memory (user_id, category, key, value) values
    ('11111111-1111-4111-8111-111111111111', 'FACT', 'user_input_1759300000000', 'left over');
insert into public.conversation_state (user_id, stage, trust_score, stage_history, last_topics) values
    ('11111111-1111-4111-8111-111111111111', 'ENGAGEMENT', 4.3, '[{"from":"ORIENTATION","to":"ENGAGEMENT"}]', '["family"]');
insert into public.onboarding_details (user_id, full_name, gender, occupation, interests) values
    ('11111111-1111-4111-8111-111111111111', 'Amna', 'female', 'teacher', 'books, tea'),
    ('22222222-2222-4222-8222-222222222222', 'Bilal', 'male', 'driver', 'cricket');
