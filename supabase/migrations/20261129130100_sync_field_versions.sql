-- A field knows the version in which it was last written.
--
-- Until now a device counted as having seen a row only if it had seen its newest version. When somebody else had changed another
-- field meanwhile, clocks decided about fields whose value the device had seen, and a slow clock lost against the value that was
-- edited. Now the clock of a field has a third part: the number of the version that brought it. A change made on a version not
-- older than that was made by somebody who saw the value, and stands whatever clocks say.
--
-- Clocks from before have two parts; they get the number of their row's next version, which is too high, so clocks decide as before.

-- Gives the clocks that a version brings its number.
create or replace function sync.with_version(clocks jsonb, seq bigint) returns jsonb language sql immutable as
$$ select case when clocks = '{}' then clocks else (
    select jsonb_object_agg(e.key, case when jsonb_array_length(e.value) < 3 then e.value || to_jsonb(seq) else e.value end)
    from jsonb_each(clocks) e) end $$;

-- Takes the place of the function of the same name; all but the numbers of clocks is as it was.
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
        select rid, head.user_id, tbl, row_key, seq, tag, deleted, hlc, node, hlc0, node0, solo_from, sync.with_version(clocks, seq),
            body_hash from new
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

-- The clocks of a row that begins: its fields are all as old as the row, those that were given no value too.
create or replace function sync.first_clocks(t sync.tables, h bigint, node text) returns jsonb language sql immutable as
$$ select case when not t.field_clocks then '{}' else coalesce((
    select jsonb_object_agg(coalesce(t.groups ->> r.key, r.key), jsonb_build_array(h, node))
    from jsonb_each_text(t.roles) r where r.value = 'register'), '{}') end $$;

-- The last that was written of the fields of an operation whose values its writer had seen.
create or replace function sync.seen_until(s sync.state, o sync.op, t sync.tables) returns bigint language sql immutable as
$$ select max((s.clocks -> f.name ->> 0)::bigint) from (select coalesce(t.groups ->> c, c) as name from unnest(o.cols) c) f
    where (s.clocks -> f.name ->> 2)::bigint <= o.base $$;

-- Takes the place of the function of the same name; what is new is what a field knows of its version.
create or replace function sync.merge(s sync.state, o sync.op, t sync.tables, dev text) returns sync.state
language plpgsql stable set search_path = '' as $$
declare
    col text;
    role text;
    field text;
    val jsonb;
    item jsonb;
    was_there constant boolean := s.body is not null;
    h bigint := o.h;
    clock jsonb;
    has_won boolean := false;
begin
    -- Cause comes before effect in stored clocks, however slow the device's is.
    if s.node = dev or sync.saw_latest(s, o, dev) is true then
        h := greatest(h, s.hlc + 1);
    elsif was_there and o.base is not null and s.clocks <> '{}' then
        h := greatest(h, sync.seen_until(s, o, t) + 1);
    end if;
    s.verdict := 'ok';
    s.lost := null;
    s.kept := null;

    if o.kind = 'del' then
        if not was_there then
            -- Neither a row nor a version: this server was set back to before it, and another device may still bring it.
            if s.deleted is null then
                s := sync.touched(s, h, dev);
                s.deleted := true;
            end if;
            return s;
        end if;
        if not t.append_only and not sync.beats(s, o, dev, s.hlc, s.node) then
            s.verdict := 'lost';
            s.lost := '{}';
            s.kept := sync.registers(s.body, t);
            return s;
        end if;
        s := sync.touched(s, h, dev);
        s.body := null;
        s.deleted := true;
        s.clocks := '{}';
        return s;
    end if;

    if not was_there then
        if o.kind = 'patch'
            or (s.deleted and (t.append_only or (o.kind in ('put', 'ins') and not sync.beats(s, o, dev, s.hlc, s.node)))) then
            s.verdict := 'lost';
            s.lost := o.v;
            s.kept := '{}';
            return s;
        end if;
        s := sync.touched(s, h, dev);
        s.body := '{}';
        s.deleted := false;
        s.hlc0 := h;
        s.node0 := dev;
        s.clocks := sync.first_clocks(t, h, dev);
    elsif t.append_only then
        -- Written once. The same again, from a device that was restored, is nothing new.
        foreach col in array o.cols loop
            if t.roles ->> col = 'register' and not sync.same(o.v -> col, s.body -> col, col = any(t.moment_cols)) then
                s.lost := coalesce(s.lost, '{}') || jsonb_build_object(col, o.v -> col);
                s.kept := coalesce(s.kept, '{}') || jsonb_build_object(col, s.body -> col);
            end if;
        end loop;
        s.verdict := case when s.lost is null then 'ok' else 'lost' end;
        return s;
    end if;

    clock := jsonb_build_array(h, dev);
    foreach col in array o.cols loop
        role := t.roles ->> col;
        val := o.v -> col;
        field := coalesce(t.groups ->> col, col);
        if role = 'counter' and (o.kind = 'inc' or not was_there) then
            val := to_jsonb(least((t.counters -> col ->> 'max')::numeric, greatest((t.counters -> col ->> 'min')::numeric,
                (val #>> '{}')::numeric + case when o.kind <> 'inc' then 0
                    else coalesce((s.body ->> col)::numeric, (t.counters -> col ->> 'init')::numeric) end)));
        elsif role = 'set' then
            item := case when jsonb_typeof(s.body -> col) = 'array' then s.body -> col else '[]' end;
            -- Elements that are there already are not added again.
            select item || coalesce(jsonb_agg(e order by place) filter (
                where not exists (select from jsonb_array_elements(item) i where i = e)), '[]') into val
            from jsonb_array_elements(case jsonb_typeof(val) when 'array' then val else jsonb_build_array(val) end)
                with ordinality x (e, place);
            continue when was_there and val = item;
        elsif role = 'latch' then
            continue when was_there and (s.body -> col = 'false' or val = 'true');
        elsif role = 'stamp' then
            continue when was_there;
        elsif role = 'register' and o.kind in ('put', 'patch', 'ins') then
            if was_there and coalesce((s.clocks -> field ->> 2)::bigint <= o.base, false) is false and not sync.beats(s, o, dev,
                coalesce((s.clocks -> field ->> 0)::bigint, case when t.field_clocks then s.hlc0 else s.hlc end),
                coalesce(s.clocks -> field ->> 1, case when t.field_clocks then s.node0 else s.node end)) then
                if sync.same(val, s.body -> col, col = any(t.moment_cols)) is not true then
                    s.lost := coalesce(s.lost, '{}') || jsonb_build_object(col, val);
                    s.kept := coalesce(s.kept, '{}') || jsonb_build_object(col, s.body -> col);
                end if;
                continue;
            end if;
        else
            continue;
        end if;
        s.body := s.body || jsonb_build_object(col, val);
        s.changed := s.changed || col;
        has_won := true;
        if t.field_clocks and role = 'register' then
            s.clocks := s.clocks || jsonb_build_object(field, clock);
        end if;
    end loop;
    if was_there and has_won then
        return sync.touched(s, h, dev);
    end if;
    if s.lost is not null and not has_won then
        s.verdict := 'lost';
    end if;
    return s;
end $$;

-- Inserts rows of one table with the same columns; returns their versions. Takes the place of the function of the same name.
create or replace function sync.insert_fresh(t sync.tables, rows sync.fresh[], p_dev text) returns sync.version[]
language plpgsql volatile set search_path = '' as $$
declare
    me constant uuid := auth.uid();
    cols constant text[] := rows[1].cols;
    versions sync.version[];
begin
    execute format($sql$
        with o as materialized (select * from unnest($1)),
        written as (
            insert into public.%1$I as t (%2$s) select %3$s from o, jsonb_populate_record(null::public.%1$I, o.v) n
            on conflict do nothing returning jsonb_build_array(%4$s)::text as row_key, to_jsonb(t) - $2 as body)
        select array_agg((o.rid, %1$L, o.row_key, false, o.h, $3, o.h, $3, 0, %5$s, jsonb_hash_extended(w.body, 0))::sync.version
            order by o.n)
        from written w join o using (row_key)$sql$,
        t.tbl,
        (select string_agg(quote_ident(c), ', ') from unnest(t.owner_cols || t.key_cols || cols) c),
        array_to_string(
            array(select '$4' from unnest(t.owner_cols))
            || array(select format('(o.k ->> %s)%s', i - 1, case c when 'id' then '::uuid' else '' end)
                     from unnest(t.key_cols) with ordinality k (c, i) order by i)
            || array(select 'n.' || quote_ident(c) from unnest(cols) c), ', '),
        (select string_agg(format('t.%I::text', c), ', ' order by i) from unnest(t.key_cols) with ordinality k (c, i)),
        case when t.field_clocks then 'jsonb_build_object(' || coalesce((
            select string_agg(format('%L, jsonb_build_array(o.h, $3)', f), ', ')
            from jsonb_object_keys(sync.first_clocks(t, 0, '')) f), '') || ')'
        else quote_literal('{}') || '::jsonb' end)
    into versions using rows, t.hidden_cols, p_dev, me;
    if coalesce(cardinality(versions), 0) < cardinality(rows) then
        perform sync.explain_missing(t, array(select o.k from unnest(rows) o),
            (select jsonb_object_agg(w.row_key, true) from unnest(versions) w));
    end if;
    return versions;
end $$;

alter function sync.stamp(sync.heads, sync.version[]) owner to sync_owner;
revoke execute on function
    sync.with_version(jsonb, bigint), sync.first_clocks(sync.tables, bigint, text), sync.seen_until(sync.state, sync.op, sync.tables),
    sync.stamp(sync.heads, sync.version[]), sync.merge(sync.state, sync.op, sync.tables, text),
    sync.insert_fresh(sync.tables, sync.fresh[], text) from public, anon, authenticated, service_role;
grant execute on function sync.with_version(jsonb, bigint) to sync_owner;
grant execute on function
    sync.first_clocks(sync.tables, bigint, text), sync.seen_until(sync.state, sync.op, sync.tables),
    sync.merge(sync.state, sync.op, sync.tables, text), sync.insert_fresh(sync.tables, sync.fresh[], text)
    to authenticated, sync_owner;
