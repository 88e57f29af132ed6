-- The quick way for pushes that only bring new rows, as a first upload does: set by set instead of row by row. Whatever is out
-- of the ordinary in such a push makes it go the general way, so the rules stay in one place: what is done here is what
-- sync.merge() does to a row that is not there and never was.

drop type if exists sync.fresh cascade;

-- An operation that makes a new row.
create type sync.fresh as (
    n bigint, id uuid, tbl text, row_key text, k jsonb, v jsonb, h bigint, rid uuid, cols text[]);

-- Texts of digits, of a memory's key, of a UUID. The general way tells them by patterns, which take ten times as long.
create or replace function sync.is_made_of(word text, letters text) returns boolean language sql immutable as
$$ select word <> '' and translate(word, letters, '') = '' $$;

create or replace function sync.is_uuid(word text) returns boolean language sql immutable as
$$ select length(word) = 36 and translate(word, '0123456789abcdef', '') = '----'
    and substr(word, 9, 1) = '-' and substr(word, 14, 1) = '-' and substr(word, 19, 1) = '-' and substr(word, 24, 1) = '-' $$;

-- The operations as new rows; null when any is something else, or may be, or is not as it should be.
create or replace function sync.read_fresh(p_ops jsonb, p_after bigint, p_latest bigint) returns sync.fresh[]
language plpgsql stable set search_path = '' as $$
declare
    me constant uuid := auth.uid();
    fresh sync.fresh[];
    is_plain boolean;
begin
    with plain_tables as materialized (
        select t.tbl, t.key_cols, array(select jsonb_object_keys(t.roles)) as names,
            array(select r.key from jsonb_each_text(t.roles) r where r.value = 'ignored') as ignored
        from sync.tables t
        where t.key_cols <> '{}' and t.first_of is null and t.csv_cols = '{}'
            and not exists (select from jsonb_each_text(t.roles) r where r.value in ('counter', 'set')))
    select
        array_agg((o.n, o.id, o.t, o.k::text, o.k, o.v, case when sync.is_made_of(o.h, '0123456789') then left(o.h, 18)::bigint end,
            sync.rid(me, o.t, o.k::text),
            array(select jsonb_object_keys(case jsonb_typeof(o.v) when 'object' then o.v - t.ignored else '{}' end)))::sync.fresh),
        coalesce(bool_and(coalesce(
            t.tbl is not null and o.n = p_after + o.place and o.id is not null and o.op in ('put', 'ins')
            and jsonb_typeof(o.k) = 'array' and jsonb_array_length(o.k) = cardinality(t.key_cols)
            and jsonb_typeof(o.k -> 0) = 'string' and coalesce(jsonb_typeof(o.k -> 1), 'string') = 'string'
            and jsonb_typeof(o.v) = 'object' and o.v - t.names = '{}'
            and sync.is_made_of(o.h, '0123456789') and length(o.h) <= 18 and o.h::numeric <= p_latest
            and case when t.tbl = 'memory' then sync.is_made_of(o.k ->> 1, 'abcdefghijklmnopqrstuvwxyz0123456789_')
                and length(o.k ->> 1) <= 120 and not starts_with(o.k ->> 1, 'user_input_') else true end
            and case when t.key_cols = '{id}' then sync.is_uuid(o.k ->> 0) else true end, false)), false)
            and count(distinct o.t || o.k::text) = count(*)
    into fresh, is_plain
    from rows from (jsonb_to_recordset(p_ops) as (n bigint, id uuid, t text, k jsonb, op text, v jsonb, h text)) with ordinality
        o (n, id, t, k, op, v, h, place)
    left join plain_tables t on t.tbl = o.t;
    return case when is_plain then fresh end;
end $$;

-- Whether any of these rows is there, or was.
create or replace function sync.any_known(t sync.tables, rows sync.fresh[]) returns boolean
language plpgsql stable set search_path = '' as $$
declare
    is_there boolean;
begin
    if exists (select from sync.versions_of(array(select o.rid from unnest(rows) o))) then
        return true;
    end if;
    -- Fenced, so that the planner does not walk all rows of a person of whom it has no statistics.
    execute format('select exists (select from unnest($2) o, lateral (select from public.%I t where %s%s offset 0) known)',
        t.tbl, t.owner_sql, sync.key_condition(t, 'o.k'))
    into is_there using auth.uid(), rows;
    return is_there;
end $$;

-- Inserts rows of one table with the same columns; returns their versions.
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
            from (select distinct coalesce(t.groups ->> c, c) as f from unnest(cols) c) fields), '') || ')'
        else quote_literal('{}') || '::jsonb' end)
    into versions using rows, t.hidden_cols, p_dev, me;
    if coalesce(cardinality(versions), 0) < cardinality(rows) then
        perform sync.explain_missing(t, array(select o.k from unnest(rows) o),
            (select jsonb_object_agg(w.row_key, true) from unnest(versions) w));
    end if;
    return versions;
end $$;

-- As sync.apply(), for pushes of nothing but new rows; null, and nothing done, for any other.
create or replace function sync.apply_fresh(p_dev uuid, p_after bigint, p_ops jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
    fresh sync.fresh[];
    part sync.fresh[];
    name text;
    t sync.tables;
    versions sync.version[] := '{}';
    results jsonb[];
begin
    if octet_length(p_ops::text) > 262144 then
        -- One of them may be larger than an operation may be.
        return null;
    end if;
    fresh := sync.read_fresh(p_ops, p_after, sync.now_hlc() + (60000::bigint << 16));
    if fresh is null then
        return null;
    end if;
    for t in select * from sync.tables x where x.tbl in (select o.tbl from unnest(fresh) o) loop
        part := array(select o from unnest(fresh) o where o.tbl = t.tbl);
        if sync.any_known(t, part) then
            return null;
        end if;
    end loop;
    perform sync.ensure_profile();
    perform set_config('sync.defer', 'on', true);
    for name, part in
        select o.tbl, array_agg(o order by o.n) from unnest(fresh) o join sync.tables x on x.tbl = o.tbl
        group by o.tbl, x.rank, o.cols order by x.rank, min(o.n)
    loop
        select * into strict t from sync.tables x where x.tbl = name;
        versions := versions || sync.insert_fresh(t, part, p_dev::text);
    end loop;
    results := array(select jsonb_build_object('n', o.n, 'id', o.id, 'r', 'ok') from unnest(fresh) o order by o.n);
    perform sync.ledger_close(p_dev, versions, p_after + 1, array(select o.id from unnest(fresh) o order by o.n), results, '{}', '{}');
    perform set_config('sync.defer', 'off', true);
    return jsonb_build_object('last', p_after + cardinality(fresh), 'clamped', false, 'results', to_jsonb(results));
end $$;
-- What a push writes needs no second look from this trigger, which costs more than all the rest of a row.
drop trigger if exists sync_sticky_forget on public.memory;
create trigger sync_sticky_forget before insert on public.memory for each row
    when (coalesce(current_setting('sync.defer', true), '') <> 'on') execute function sync.tg_sticky_forget();

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
        answer := coalesce(sync.apply_fresh(p_dev, ledger.last_n, p_ops), sync.apply(p_dev, ledger.last_n, p_ops));
    end if;
    answer := answer || jsonb_build_object('verdict', 'ok', 'results', replayed || (answer -> 'results'));
    if p_since is not null then
        answer := answer || jsonb_build_object('pull', sync.pull(p_since, coalesce(p_floor, p_since), p_epoch, p_limit));
    end if;
    return answer;
end $$;

revoke execute on function
    sync.is_made_of(text, text), sync.is_uuid(text), sync.read_fresh(jsonb, bigint, bigint), sync.any_known(sync.tables, sync.fresh[]),
    sync.insert_fresh(sync.tables, sync.fresh[], text), sync.apply_fresh(uuid, bigint, jsonb) from public, anon, service_role;
grant execute on function
    sync.is_made_of(text, text), sync.is_uuid(text), sync.read_fresh(jsonb, bigint, bigint), sync.any_known(sync.tables, sync.fresh[]),
    sync.insert_fresh(sync.tables, sync.fresh[], text), sync.apply_fresh(uuid, bigint, jsonb) to authenticated, sync_owner;
