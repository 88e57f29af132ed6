-- Finds what no trigger saw: changes made with triggers off, by a restore, or while capture failed. The first run on a project
-- numbers everything that is there already.

-- All rows of a table, or one person's, as they are. Runs as whoever owns the tables, past row security, for sync_owner only.
create or replace function sync.scan(t sync.tables, owner uuid)
returns table (user_id uuid, row_key text, body_hash bigint, changed_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
    return query execute format($sql$
        select %s b.owner, b.k, sync.hash(b.body, $2), b.at
        from (
            select coalesce((j.body ->> $2.owner_cols[1]), (j.body ->> $2.owner_cols[2]))::uuid as owner,
                sync.row_key(j.body, $2.key_cols) as k, j.body, j.place,
                coalesce((j.body ->> 'updated_at')::timestamptz, (j.body ->> 'created_at')::timestamptz) as at
            from (select to_jsonb(t) as body, row_number() over (%s) as place from public.%I t where %s) j) b
        where b.owner is not null order by b.owner, b.place $sql$,
        case when t.first_of is null then '' else 'distinct on (b.owner)' end,
        coalesce('order by ' || t.first_of, ''), t.tbl,
        case when owner is null then 'true' else t.owner_sql end)
    using owner, t;
end $$;

-- Compares one person's rows with their versions and numbers the differences; returns how many there were.
--
-- The head is locked first: from then on nobody can commit a number for this person, and both sides of the comparison are read
-- in one snapshot, so that a change on its way cannot look like a difference.
create or replace function sync.reconcile_user(owner uuid) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    t sync.tables;
    rows jsonb[];
    repaired bigint := 0;
    known bigint[];
begin
    perform sync.lock_head(owner);
    known := array(select d.id from sync.dirty d where d.user_id = owner);
    for t in select * from sync.tables order by rank loop
        select array_agg(jsonb_build_object('u', owner, 'k', coalesce(s.row_key, v.row_key), 'd', s.row_key is null, 'b', s.body_hash,
            'c', case when t.field_clocks then (
                select jsonb_agg(r.key) from jsonb_each_text(t.roles) r where r.value in ('register', 'counter', 'set', 'latch')) end,
            -- A row never seen before is as old as it says; one that differs has changed at a time nobody knows.
            'h', case when v.rid is null then
                (least(extract(epoch from s.changed_at) * 1000, sync.now_ms())::bigint << 16) end))
        into rows
        from sync.scan(t, owner) s
        full join (select * from sync.row_versions r where r.user_id = owner and r.tbl = t.tbl) v on v.row_key = s.row_key
        where (s.row_key is null and not v.deleted)
            or (s.row_key is not null and (v.rid is null or v.deleted or v.body_hash is distinct from s.body_hash));
        if rows is not null then
            perform sync.capture(t, rows);
            repaired := repaired + cardinality(rows);
        end if;
    end loop;
    delete from sync.dirty d where d.id = any(known);
    return repaired;
end $$;

-- For administrators, after a restore or at night: everybody.
create or replace function sync.reconcile() returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    owner uuid;
    repaired bigint := 0;
begin
    for owner in
        select h.user_id from sync.heads h
        union select s.user_id from sync.tables x, lateral sync.scan(x, null) s
        order by 1
    loop
        repaired := repaired + sync.reconcile_user(owner);
    end loop;
    return repaired;
end $$;

-- What a device may ask for: its own person's rows.
create or replace function sync.reconcile_me() returns bigint
language plpgsql security definer set search_path = '' as $$
begin
    if sync.caller() is null then
        raise exception 'sign in first' using errcode = '28000';
    end if;
    return sync.reconcile_user(sync.caller());
end $$;
