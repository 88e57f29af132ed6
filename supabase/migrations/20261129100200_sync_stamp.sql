-- Where sequence numbers are given out. Lock order everywhere: data rows first, the person's head row last; who holds the head
-- commits before the next one numbers, so the order of numbers is the order of commits and a cursor cannot skip a change.

-- Types may have changed since an earlier run; what uses them is made again below and in the files that follow.
drop type if exists sync.version, sync.op, sync.state cascade;

-- A row's new version, all but its number.
create type sync.version as (
    rid uuid, tbl text, row_key text, deleted boolean, hlc bigint, node text, hlc0 bigint, node0 text, solo_from bigint,
    clocks jsonb, body_hash bigint);

-- The person who calls, for functions that run as sync_owner, whom schema auth does not know. Never trust a parameter for this.
create or replace function sync.caller() returns uuid language sql stable security definer set search_path = '' as
$$ select auth.uid() $$;

-- Without a search path of their own and no stricter than what they call, so that PostgreSQL can write such functions out where
-- they are used. Their callers have one.
create or replace function sync.now_ms() returns bigint language sql volatile as
$$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;

create or replace function sync.now_hlc() returns bigint language sql volatile as
$$ select (extract(epoch from clock_timestamp()) * 1000)::bigint << 16 $$;

create or replace function sync.rid(owner uuid, tbl text, row_key text) returns uuid language sql stable parallel safe as
$$ select encode(substring(sha256(convert_to(owner::text || chr(31) || tbl || chr(31) || row_key, 'UTF8')) for 16), 'hex')::uuid $$;

-- The key of a row as the protocol writes it: a JSON array of texts.
create or replace function sync.row_key(body jsonb, key_cols text[]) returns text language sql stable as
$$ select case cardinality(key_cols)
    when 0 then '[]'
    when 1 then jsonb_build_array(body ->> key_cols[1])::text
    else jsonb_build_array(body ->> key_cols[1], body ->> key_cols[2])::text end $$;

-- What devices see of a row.
create or replace function sync.to_wire(body jsonb, t sync.tables) returns jsonb language plpgsql immutable set search_path = '' as $$
declare
    wire jsonb := body - t.hidden_cols;
    col text;
begin
    foreach col in array t.csv_cols loop
        wire := wire || jsonb_build_object(col, coalesce(
            (select jsonb_agg(trim(item)) from unnest(string_to_array(wire ->> col, ',')) item where trim(item) <> ''), '[]'));
    end loop;
    if t.null_as <> '{}' then
        wire := wire || coalesce((select jsonb_object_agg(d.key, d.value) from jsonb_each(t.null_as) d where wire -> d.key = 'null'), '{}');
    end if;
    return wire;
end $$;

create or replace function sync.hash(body jsonb, t sync.tables) returns bigint language sql immutable as
$$ select jsonb_hash_extended(body - t.hidden_cols, 0) $$;

-- A hint to the person's devices that there is something new. Runs as whoever owns this database, because realtime.send turns
-- a lack of privileges into a warning, and hints would vanish without an error. Never fails.
create or replace function sync.poke(owner uuid, seq bigint) returns void
language plpgsql security definer set search_path = '' as $$
begin
    perform realtime.send(jsonb_build_object('s', seq), 'poke', 'sync:' || owner::text, true);
exception when others then
    raise debug 'no wake-up: %', sqlerrm;
end $$;

-- Locks a person's head row, making it if need be.
create or replace function sync.lock_head(owner uuid) returns sync.heads
language plpgsql security definer set search_path = '' as $$
declare
    head sync.heads;
begin
    select * into head from sync.heads h where h.user_id = owner for update;
    if not found then
        insert into sync.heads (user_id) values (owner) on conflict do nothing;
        select * into strict head from sync.heads h where h.user_id = owner for update;
    end if;
    return head;
end $$;

-- Numbers new versions of the rows of the person whose locked head is given.
create or replace function sync.stamp(head sync.heads, versions sync.version[]) returns void
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan
    set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
declare
    m52 constant numeric := 4503599627370496;
    added numeric;
    live_added bigint;
    newest bigint;
begin
    if coalesce(cardinality(versions), 0) = 0 then
        return;
    end if;
    with new as materialized (
        select v.*, head.seq + v.place as seq, floor(random() * 4503599627370496)::bigint as tag
        from unnest(versions) with ordinality v (rid, tbl, row_key, deleted, hlc, node, hlc0, node0, solo_from, clocks, body_hash, place)),
    old as materialized (
        select r.tag, r.deleted from new join sync.row_versions r on r.rid = new.rid),
    written as (
        insert into sync.row_versions as r
            (rid, user_id, tbl, row_key, seq, tag, deleted, hlc, node, hlc0, node0, solo_from, clocks, body_hash)
        select rid, head.user_id, tbl, row_key, seq, tag, deleted, hlc, node, hlc0, node0, solo_from, clocks, body_hash from new
        on conflict (rid) do update set
            seq = excluded.seq, tag = excluded.tag, deleted = excluded.deleted, hlc = excluded.hlc, node = excluded.node,
            hlc0 = excluded.hlc0, node0 = excluded.node0, solo_from = excluded.solo_from, clocks = excluded.clocks,
            body_hash = excluded.body_hash, at = now()
        returning r.deleted, r.tag, r.hlc)
    -- Sums of random tags overflow bigint within a few thousand rows.
    select max(w.hlc),
        coalesce(sum(w.tag::numeric) filter (where not w.deleted), 0)
            - coalesce((select sum(o.tag::numeric) from old o where not o.deleted), 0),
        count(*) filter (where not w.deleted) - (select count(*) from old o where not o.deleted)
    into newest, added, live_added from written w;

    update sync.heads h set
        seq = head.seq + cardinality(versions), hlc = greatest(h.hlc, newest),
        chk = ((((h.chk + added) % m52) + m52) % m52)::bigint, live = h.live + live_added
    where h.user_id = head.user_id;
    perform sync.poke(head.user_id, head.seq + cardinality(versions));
end $$;
