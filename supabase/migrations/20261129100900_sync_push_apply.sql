-- The second half of a push: what was decided is written, set by set.

-- A row as the table takes it: lists become text where the column is text; key and owner are added.
create or replace function sync.to_table(s sync.state, t sync.tables, me uuid) returns jsonb
language plpgsql immutable set search_path = '' as $$
declare
    stored jsonb := s.body;
    col text;
begin
    foreach col in array t.csv_cols loop
        if jsonb_typeof(stored -> col) = 'array' then
            stored := stored || jsonb_build_object(col, (select string_agg(e, ', ') from jsonb_array_elements_text(stored -> col) e));
        end if;
    end loop;
    for i in 1 .. cardinality(t.key_cols) loop
        stored := stored || jsonb_build_object(t.key_cols[i], s.k -> (i - 1));
    end loop;
    foreach col in array t.owner_cols loop
        stored := stored || jsonb_build_object(col, me);
    end loop;
    return stored;
end $$;

-- A write that met fewer rows than it should is no success: a trigger or policy of this project's keeps it from happening.
create or replace function sync.insist(tbl text, affected bigint, wanted bigint) returns void
language plpgsql immutable set search_path = '' as $$
begin
    if affected < wanted then
        raise exception 'only % of % rows of % were written', affected, wanted, tbl using errcode = '23514';
    end if;
end $$;

-- Writes what became of one table's rows; the states come back with the hash of what is now stored.
create or replace function sync.write(t sync.tables, states sync.state[]) returns sync.state[]
language plpgsql volatile set search_path = '' as $$
declare
    me constant uuid := auth.uid();
    cols text[];
    places tid[];
    affected bigint;
    rows jsonb[];
    hashes jsonb := '{}';
    some_hashes jsonb;
    key_sql constant text := format('jsonb_build_array(%s)', (
        select string_agg(format('t.%I::text', c), ', ' order by i) from unnest(t.key_cols) with ordinality k (c, i)));
begin
    -- Their locks are held, so rows are where they were found.
    select array_agg(s.place) into places from unnest(states) s where s.existed and s.body is null;
    if places is not null then
        execute format('delete from public.%I t where t.ctid = any($1)', t.tbl) using places;
        get diagnostics affected = row_count;
        perform sync.insist(t.tbl, affected, cardinality(places));
    end if;

    -- Rows with the same columns are one statement.
    for cols, places, rows in
        select s.names, array_agg(s.place), array_agg(sync.to_table(s.state, t, me)) from (
            select s as state, s.place, array(select distinct c from unnest(s.changed) c order by c) as names
            from unnest(states) s where s.existed and s.body is not null and s.changed <> '{}') s group by s.names
    loop
        execute format($sql$
            with written as (
                update public.%1$I t set (%2$s) = row (%3$s)
                from unnest($1, $2) x (place, body), jsonb_populate_record(null::public.%1$I, x.body) n
                where t.ctid = x.place returning %4$s as key, to_jsonb(t) as body)
            select jsonb_object_agg(w.key::text, sync.hash(w.body, $3)) from written w $sql$,
            t.tbl, (select string_agg(quote_ident(c), ', ') from unnest(cols) c),
            (select string_agg('n.' || quote_ident(c), ', ') from unnest(cols) c),
            key_sql)
        into some_hashes using places, rows, t;
        perform sync.insist(t.tbl, (select count(*) from jsonb_object_keys(coalesce(some_hashes, '{}'))), cardinality(places));
        hashes := hashes || some_hashes;
    end loop;

    for cols, rows in
        select r.names, array_agg(r.body) from (
            select sync.to_table(s, t, me) as body,
                array(select distinct c from unnest(s.changed || t.key_cols || t.owner_cols) c order by c) as names
            from unnest(states) s where not s.existed and s.body is not null) r group by r.names
    loop
        execute format($sql$
            with written as (
                insert into public.%1$I as t (%2$s)
                select %3$s from unnest($1) x, jsonb_populate_record(null::public.%1$I, x) n
                on conflict do nothing returning %4$s as key, to_jsonb(t) as body)
            select jsonb_object_agg(w.key::text, sync.hash(w.body, $2)) from written w $sql$,
            t.tbl, (select string_agg(quote_ident(c), ', ') from unnest(cols) c),
            (select string_agg('n.' || quote_ident(c), ', ') from unnest(cols) c), key_sql)
        into some_hashes using rows, t;
        if (select count(*) from jsonb_object_keys(coalesce(some_hashes, '{}'))) < cardinality(rows) then
            perform sync.explain_missing(t, array(select jsonb_agg(r -> c order by i) from unnest(rows) with ordinality q (r, place),
                unnest(t.key_cols) with ordinality k (c, i) group by place), some_hashes);
        end if;
        hashes := hashes || some_hashes;
    end loop;

    return array(
        select (s.rid, s.tbl, s.row_key, s.k, s.body, s.existed, s.seq, s.deleted, s.hlc, s.node, s.hlc0, s.node0, s.solo_from,
            s.clocks, s.changed, s.is_touched, s.verdict, s.lost, s.kept, (hashes ->> s.row_key)::bigint, s.place)::sync.state
        from unnest(states) s);
end $$;

-- Some rows could not be inserted. If they are there by now, a concurrent writer was faster, and the push is to be tried again:
-- 55P03, not 40001, which PostgREST would retry by itself. If they are not, something else stands in their way for good.
create or replace function sync.explain_missing(t sync.tables, keys jsonb[], written jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
    present bigint;
    wanted bigint;
begin
    execute format('select count(*) from public.%I t where %s', t.tbl, t.owner_sql)
        || case when t.key_cols = '{}' then '' else format(
            ' and exists (select from unnest($2) k where not coalesce($3, ''{}'') ? k::text%s)', sync.key_condition(t, 'k')) end
    into present using auth.uid(), keys, written;
    wanted := greatest(cardinality(keys), 1) - (select count(*) from jsonb_object_keys(coalesce(written, '{}')));
    if present >= wanted then
        raise exception 'a row of % was inserted by somebody else just now', t.tbl using errcode = '55P03';
    end if;
    raise exception 'a row of % is refused: another row has what must be unique', t.tbl using errcode = '23505';
end $$;

-- Applies operations that are new; returns their answers and how far they reach.
create or replace function sync.apply(p_dev uuid, p_after bigint, p_ops jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
    dev constant text := p_dev::text;
    now_hlc constant bigint := sync.now_hlc();
    latest constant bigint := now_hlc + (60000::bigint << 16);
    ops sync.op[] := sync.read_ops(p_ops, p_after);
    states sync.state[];
    written sync.state[] := '{}';
    o sync.op;
    s sync.state;
    t sync.tables;
    results jsonb[] := '{}';
    rejected jsonb[] := '{}';
    conflicts jsonb[] := '{}';
    expected bigint := p_after;
    is_clamped boolean := false;
    -- Whether all columns that a device may send are there.
    is_plain boolean;
    result jsonb;
begin
    perform sync.ensure_profile();
    -- From here on this transaction numbers its changes itself.
    perform set_config('sync.defer', 'on', true);
    states := sync.load(ops);
    foreach o in array ops loop
        expected := expected + 1;
        if o.n <> expected then
            raise exception 'operation gap: got %, expected %', o.n, expected using errcode = '22023';
        end if;
        result := jsonb_build_object('n', o.n, 'id', o.id);
        if o.bad is not null then
            result := result || jsonb_build_object('r', 'rejected', 'code', 'PRE', 'msg', o.bad);
            rejected := rejected || jsonb_build_object('op', o.raw, 'code', 'PRE', 'msg', o.bad);
            results := results || result;
            continue;
        end if;
        if o.h > latest then
            o.h := now_hlc;
            is_clamped := true;
        end if;
        s := states[o.slot];
        if t.tbl is distinct from o.tbl then
            select * into t from sync.tables x where x.tbl = o.tbl;
            is_plain := not t.roles @? '$.* ? (@ == "ignored")';
        end if;
        if o.is_fast and not s.existed and s.seq is null then
            -- A new row of a table whose rows are written once: nothing to merge with.
            s.body := o.v;
            if is_plain then
                s.changed := o.cols;
            else
                s.changed := array(select c from unnest(o.cols) c where t.roles ->> c <> 'ignored');
            end if;
            s.deleted := false;
            s.hlc := o.h;
            s.node := dev;
            s.hlc0 := o.h;
            s.node0 := dev;
            s.solo_from := 0;
            s.is_touched := true;
            s.verdict := 'ok';
        else
            s := sync.merge(s, o, t, dev);
        end if;
        states[o.slot] := s;
        result := result || jsonb_build_object('r', s.verdict);
        if s.lost is not null then
            result := result || jsonb_build_object('lost', s.lost, 'kept', s.kept);
            conflicts := conflicts || jsonb_build_object('t', s.tbl, 'k', s.row_key, 'lost', s.lost, 'kept', s.kept, 'h', o.h);
        end if;
        results := results || result;
    end loop;

    for t in select * from sync.tables x where x.tbl in (select q.tbl from unnest(states) q where q.is_touched) order by x.rank loop
        written := written || sync.write(t, array(select q from unnest(states) q where q.tbl = t.tbl and q.is_touched));
    end loop;
    perform sync.ledger_close(p_dev,
        array(select (w.rid, w.tbl, w.row_key, w.deleted, w.hlc, w.node, w.hlc0, w.node0, w.solo_from, w.clocks, w.body_hash)::sync.version
              from unnest(written) w),
        p_after + 1, array(select x.id from unnest(ops) x order by x.n), results, rejected, conflicts);
    perform set_config('sync.defer', 'off', true);
    return jsonb_build_object('last', expected, 'clamped', is_clamped, 'results', to_jsonb(results));
end $$;

create or replace function public.sync_push(
    p_dev uuid, p_ops jsonb, p_acked bigint default 0, p_proto int default 1, p_app text default null, p_since bigint default null,
    p_floor bigint default null, p_epoch uuid default null, p_limit int default 500)
returns jsonb language plpgsql volatile set search_path = '' set lock_timeout = '400ms' as $$
declare
    ledger record;
    replayed jsonb := '[]';
    answer jsonb;
begin
    if p_proto <> 1 then
        return jsonb_build_object('verdict', 'upgrade', 'min', 1, 'max', 1);
    end if;
    if jsonb_typeof(p_ops) <> 'array' or jsonb_array_length(p_ops) > 500 or octet_length(p_ops::text) > 1048576 then
        raise exception 'a push has at most 500 operations and 1 MiB' using errcode = '54000';
    end if;
    select * into ledger from sync.ledger_open(p_dev, p_acked, p_proto, p_app);
    if ledger.verdict <> 'ok' then
        return jsonb_build_object('verdict', ledger.verdict, 'last', ledger.last_n);
    end if;

    -- What was applied before is answered as then, and not applied again.
    select coalesce(jsonb_agg(sync.ledger_find(p_dev, (x ->> 'n')::bigint, (x ->> 'id')::uuid) || '{"dup": true}' order by place), '[]')
    into replayed from jsonb_array_elements(p_ops) with ordinality o (x, place) where (x ->> 'n')::bigint <= ledger.last_n;
    if replayed @> '[null]' then
        return jsonb_build_object('verdict', 'device_rewound', 'last', ledger.last_n);
    end if;

    answer := jsonb_build_object('last', ledger.last_n, 'clamped', false, 'results', '[]'::jsonb);
    if jsonb_array_length(replayed) < jsonb_array_length(p_ops) then
        answer := sync.apply(p_dev, ledger.last_n, p_ops);
    end if;
    answer := answer || jsonb_build_object('verdict', 'ok', 'results', replayed || (answer -> 'results'));
    if p_since is not null then
        answer := answer || jsonb_build_object('pull', sync.pull(p_since, coalesce(p_floor, p_since), p_epoch, p_limit));
    end if;
    return answer;
end $$;
