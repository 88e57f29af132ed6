-- Triggers that see every writer's change: the cloud companion, a device, SQL by hand, a cascade.
--
-- They work on statements, not rows: one number range and one head lock for a bulk change, taken after the statement's own row
-- locks. And they never make a writer fail: the cloud companion drops what the database refuses, and a late sync harms less.

-- Rows of one statement become versions, person by person in order, so that two statements cannot lock heads crosswise.
-- rows: {"u": owner, "k": key, "d": deleted?, "c": changed registers and groups, "b": hash, "h": hybrid time?}
create or replace function sync.capture(t sync.tables, rows jsonb[]) returns void
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan
    set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
declare
    owner uuid;
    own jsonb[];
    head sync.heads;
    versions sync.version[];
    server_hlc bigint;
begin
    for owner, own in
        select (r ->> 'u')::uuid, array_agg(r order by place) from unnest(rows) with ordinality u (r, place)
        where r ->> 'u' is not null group by 1 order by 1
    loop
        head := sync.lock_head(owner);
        server_hlc := greatest(sync.now_hlc(), head.hlc + 1);
        select array_agg((
                n.rid, t.tbl, n.k, n.d, greatest(n.h, r.hlc), 'srv',
                case when r.rid is null or r.deleted then n.h else r.hlc0 end,
                case when r.rid is null or r.deleted then 'srv' else r.node0 end,
                case when r.node = 'srv' then r.solo_from else coalesce(r.seq, 0) end,
                case when n.d then '{}' when r.rid is null or r.deleted then n.clocks else r.clocks || n.clocks end,
                n.b)::sync.version order by n.place)
        into versions
        from (
            select sync.rid(owner, t.tbl, x ->> 'k') as rid, x ->> 'k' as k, coalesce((x ->> 'd')::boolean, false) as d,
                coalesce((x ->> 'h')::bigint, server_hlc) as h, (x ->> 'b')::bigint as b, place,
                case when not t.field_clocks then '{}' else coalesce((
                    select jsonb_object_agg(coalesce(t.groups ->> c, c),
                        jsonb_build_array(coalesce((x ->> 'h')::bigint, server_hlc), 'srv'))
                    from jsonb_array_elements_text(x -> 'c') c), '{}') end as clocks
            -- A key that is twice in one statement would be written twice in one.
            from (select distinct on (q ->> 'k') q as x, place from unnest(own) with ordinality u (q, place)
                  order by q ->> 'k', place desc) once) n
        left join lateral (select v.* from sync.row_versions v where v.rid = n.rid) r on true;
        perform sync.stamp(head, versions);
    end loop;
end $$;

-- Whether a person who should have one row still has one after another of theirs was deleted.
create or replace function sync.still_there(t sync.tables, owner uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
    body jsonb;
begin
    execute format('select to_jsonb(t) from public.%I t where %s order by %s limit 1', t.tbl, t.owner_sql, coalesce(t.first_of, '1'))
    into body using owner;
    return body;
end $$;

create or replace function sync.tg_capture() returns trigger
language plpgsql security definer set search_path = '' set lock_timeout = '3s' as $$
declare
    t sync.tables;
    rows jsonb[];
begin
    -- sync_push numbers its own changes.
    if current_setting('sync.defer', true) = 'on' then
        return null;
    end if;
    begin
        -- An upsert fires the triggers for both of its outcomes, one of them mostly for nothing.
        if tg_op = 'INSERT' then
            if not exists (select from new_rows) then
                return null;
            end if;
        elsif not exists (select from old_rows) then
            return null;
        end if;
        select * into strict t from sync.tables where tbl = tg_table_name;
        if tg_op = 'INSERT' then
            select array_agg(sync.captured(t, to_jsonb(n), null)) into rows from new_rows n;
        elsif tg_op = 'DELETE' then
            select array_agg(sync.captured(t, null, to_jsonb(o))) into rows from old_rows o;
        else
            with n as (select b, coalesce(b ->> t.owner_cols[1], b ->> t.owner_cols[2]) as u, sync.row_key(b, t.key_cols) as k
                       from (select to_jsonb(x) as b from new_rows x) q),
                 o as (select b, coalesce(b ->> t.owner_cols[1], b ->> t.owner_cols[2]) as u, sync.row_key(b, t.key_cols) as k
                       from (select to_jsonb(x) as b from old_rows x) q)
            select array_agg(sync.captured(t, n.b, o.b)) into rows
            -- A row whose key or owner changed is one gone and one new.
            from n full join o on o.u = n.u and o.k = n.k
            -- Writing what was there already makes no traffic.
            where n.b is null or o.b is null or (n.b - t.hidden_cols) is distinct from (o.b - t.hidden_cols);
        end if;
        perform sync.capture(t, rows) where rows is not null;
    exception when others then
        perform sync.note_failure(tg_table_name, sqlstate, sqlerrm, (
            select array_agg(distinct (r ->> 'u')::uuid) from unnest(rows) r where r ->> 'u' is not null));
    end;
    return null;
end $$;

-- What capture() needs to know of a row that was (old) and is (new).
create or replace function sync.captured(t sync.tables, new jsonb, old jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
    body jsonb := coalesce(new, old);
    owner text := coalesce(body ->> t.owner_cols[1], body ->> t.owner_cols[2]);
begin
    if new is null and t.first_of is not null then
        new := sync.still_there(t, owner::uuid);
    end if;
    if new is null then
        return jsonb_build_object('u', owner, 'k', sync.row_key(body, t.key_cols), 'd', true);
    end if;
    return jsonb_build_object('u', owner, 'k', sync.row_key(body, t.key_cols), 'b', sync.hash(new, t),
        'c', case when t.field_clocks then (
            select jsonb_agg(e.key) from jsonb_each(new - t.hidden_cols) e where old is null or e.value is distinct from old -> e.key) end);
end $$;

-- Remembers that changes went unnumbered. Only inserts, which wait for nobody. Without names it may be anybody.
create or replace function sync.note_failure(tbl text, code text, msg text, owners uuid[]) returns void
language plpgsql security definer set search_path = '' as $$
begin
    insert into sync.capture_errors (tbl, code, msg) values (tbl, code, msg);
    if owners is null then
        insert into sync.dirty (user_id) select h.user_id from sync.heads h;
    else
        insert into sync.dirty (user_id) select unnest(owners);
    end if;
exception when others then
    raise warning 'sync: a change of % went unnoticed: % (%); reconcile will find it', tbl, msg, sqlerrm;
end $$;

-- TRUNCATE does not say which rows went: everybody's devices begin anew.
create or replace function sync.tg_truncate() returns trigger
language plpgsql security definer set search_path = '' set lock_timeout = '3s' as $$
begin
    begin
        perform 1 from sync.heads h order by h.user_id for update;
        delete from sync.row_versions where tbl = tg_table_name;
        update sync.heads h set epoch = gen_random_uuid(), chk = coalesce(s.chk, 0), live = coalesce(s.live, 0)
        from sync.heads h2 left join (
            select r.user_id, (sum(r.tag::numeric) % 4503599627370496)::bigint as chk, count(*) as live
            from sync.row_versions r where not r.deleted group by 1) s using (user_id)
        where h.user_id = h2.user_id;
    exception when others then
        perform sync.note_failure(tg_table_name, sqlstate, sqlerrm, null);
    end;
    return null;
end $$;

-- For half an hour after a person had a memory deleted on a device, the cloud companion does not bring it back: it still talks
-- from a context in which the memory is there. What it wrote is kept as a conflict.
create or replace function sync.tg_sticky_forget() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    forgotten boolean;
begin
    if current_setting('sync.defer', true) = 'on' or current_setting('role', true) = 'authenticated' then
        return new;
    end if;
    select true into forgotten from sync.row_versions r
    where r.rid = sync.rid(new.user_id, 'memory', jsonb_build_array(new.category, new.key)::text)
        and r.deleted and r.node <> 'srv' and r.at > now() - interval '30 minutes';
    if forgotten is null then
        return new;
    end if;
    insert into sync.conflicts (user_id, tbl, row_key, kept, lost, lost_node)
    values (new.user_id, 'memory', jsonb_build_array(new.category, new.key)::text, '{}', jsonb_build_object('value', new.value), 'srv');
    return null;
exception when others then
    return new;
end $$;
