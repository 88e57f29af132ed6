-- What sync remembers about rows and devices. The schema is not among those that the API exposes.

do $$ begin
    if not exists (select 1 from pg_roles where rolname = 'sync_owner') then
        create role sync_owner nologin;
    end if;
end $$;
grant sync_owner to current_user;
alter schema sync owner to sync_owner;
revoke all on schema sync from public;
grant usage on schema sync to authenticated, service_role;
grant create on schema sync to current_user;

-- The tables that travel: what names a row, and how each column merges. Filled by sync.declare().
create table if not exists sync.tables (
    tbl text primary key,
    -- Rows are locked and written table by table in this order.
    rank int not null,
    -- The owner is the first of these that is not null.
    owner_cols text[] not null,
    -- `t` is the table, $1 the owner.
    owner_sql text not null,
    key_cols text[] not null,
    -- A column that devices may send -> register | stamp | counter | set | latch | ignored.
    -- stamp: counts only when the row begins. latch: goes from true to false and stays. ignored: accepted and dropped.
    roles jsonb not null,
    -- Neither sent to devices nor watched for changes.
    hidden_cols text[] not null,
    append_only boolean not null,
    -- Each register (or group of registers) has its own clock; otherwise the row has one.
    field_clocks boolean not null,
    -- Column -> the group that wins or loses as a whole.
    groups jsonb not null,
    -- Column -> {"min", "max", "init"}.
    counters jsonb not null,
    deletable boolean not null,
    -- What a device gets for a column that is null.
    null_as jsonb not null,
    -- Text columns that hold comma-separated lists; on devices they are arrays.
    csv_cols text[] not null,
    -- Columns that hold moments, which devices write in another way than PostgreSQL prints them.
    moment_cols text[] not null,
    -- How to choose among several rows where a person should have one; null where the table prevents it.
    first_of text);

-- One row a person: the sequence of their changes, and two numbers that a device can compute from what it holds.
create table if not exists sync.heads (
    user_id uuid primary key,
    epoch uuid not null default gen_random_uuid(),
    seq bigint not null default 0,
    hlc bigint not null default 0,
    -- Sum of the tags of live rows, modulo 2^52, and how many there are.
    chk bigint not null default 0,
    live bigint not null default 0,
    -- Tombstones up to here are gone.
    horizon bigint not null default 0) with (fillfactor = 50);

-- The newest version of every row that is, or was deleted lately. One column names it, so that no other index can tempt the
-- planner: with (user_id, tbl, row_key) as key, stamping became quadratic for new users.
create table if not exists sync.row_versions (
    rid uuid primary key,
    user_id uuid not null,
    tbl text not null,
    row_key text not null,
    seq bigint not null,
    tag bigint not null,
    deleted boolean not null,
    -- The newest change's hybrid time and writer; those with which the row began; and the changes since `solo_from` are all
    -- of that writer.
    hlc bigint not null,
    node text not null,
    hlc0 bigint not null,
    node0 text not null,
    solo_from bigint not null,
    -- Register or group -> [hybrid time, writer].
    clocks jsonb not null,
    -- Of what devices see, to notice changes that no trigger saw.
    body_hash bigint,
    at timestamptz not null default now()) with (fillfactor = 80);
create unique index if not exists row_versions_by_seq on sync.row_versions (user_id, seq);
create index if not exists row_versions_by_age on sync.row_versions (at) where deleted;

create table if not exists sync.devices (
    user_id uuid not null,
    device_id uuid not null,
    last_n bigint not null default 0,
    acked bigint not null default 0,
    proto int not null,
    app text,
    seen_at timestamptz not null default now(),
    primary key (user_id, device_id));

-- The answers to pushes whose arrival a device has not confirmed: one row a push.
create table if not exists sync.applied (
    user_id uuid not null,
    device_id uuid not null,
    first_n bigint not null,
    last_n bigint not null,
    ids uuid[] not null,
    results jsonb not null,
    primary key (user_id, device_id, first_n),
    foreign key (user_id, device_id) references sync.devices on delete cascade);

-- Operations that can never be applied. json, not jsonb: it must hold what PostgreSQL cannot take apart.
create table if not exists sync.rejected (
    user_id uuid not null,
    device_id uuid not null,
    n bigint not null,
    op json,
    code text not null,
    msg text,
    at timestamptz not null default now(),
    primary key (user_id, device_id, n));

-- What lost against what stood, kept for 30 days.
create table if not exists sync.conflicts (
    id bigint generated always as identity primary key,
    user_id uuid not null,
    tbl text not null,
    row_key text not null,
    kept jsonb,
    lost jsonb,
    lost_hlc bigint,
    lost_node text not null,
    at timestamptz not null default now());
create index if not exists conflicts_by_user on sync.conflicts (user_id, at);

-- Changes that could not be numbered when they were made; the next pull of that person repairs it.
create table if not exists sync.dirty (
    id bigint generated always as identity primary key,
    user_id uuid not null);
create index if not exists dirty_by_user on sync.dirty (user_id);
create table if not exists sync.capture_errors (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    tbl text not null,
    code text not null,
    msg text not null);

-- sync_owner owns them; a person may read their own records; nobody writes them but through the functions that follow.
do $$
declare
    name text;
begin
    foreach name in array array['tables', 'heads', 'row_versions', 'devices', 'applied', 'rejected', 'conflicts', 'dirty',
        'capture_errors', 'before_us'] loop
        execute format('alter table sync.%I owner to sync_owner', name);
        execute format('alter table sync.%I enable row level security', name);
        execute format('revoke all on sync.%I from public, anon, authenticated', name);
        execute format('drop policy if exists own on sync.%I', name);
        if name = 'tables' then
            create policy own on sync.tables for select to authenticated using (true);
        elsif name not in ('capture_errors', 'before_us') then
            execute format('create policy own on sync.%I for select to authenticated using (user_id = (select auth.uid()))', name);
        else
            continue;
        end if;
        execute format('grant select on sync.%I to authenticated', name);
    end loop;
end $$;
grant select on all tables in schema sync to service_role;
grant all on all tables in schema sync to current_user;
