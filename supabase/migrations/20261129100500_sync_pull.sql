-- What has changed since a cursor. The answer is one jsonb value, which PostgREST's row limit cannot cut.

-- SQL that gives each of some versions (`v`, of one table) with its row (`b`); $2 is the person.
create or replace function sync.page_branch(t sync.tables) returns text language sql stable set search_path = '' as $$
select format($sql$
    select v.seq, jsonb_build_object('t', v.tbl, 'k', v.row_key::jsonb, 's', v.seq, 'g', v.tag, 'h', v.hlc::text, 'n', v.node,
        'b', %1$s) as r
    from unnest($1) v
    -- Fenced: as a plain join, the planner walks all rows of a person for whom it has no statistics, once for every version.
    join lateral (select to_jsonb(t) as body from public.%2$I t where %3$s%4$s %5$s offset 0) b on true
    where v.tbl = %2$L and not v.deleted $sql$,
    case when cardinality(t.csv_cols) > 0 or t.null_as <> '{}'
        then format('sync.to_wire(b.body, (select x from sync.tables x where x.tbl = %L))', t.tbl)
        else format('b.body - %L::text[]', t.hidden_cols) end,
    t.tbl, replace(t.owner_sql, '$1', '$2'),
    coalesce((
        select string_agg(format(' and t.%I = (v.row_key::jsonb ->> %s)%s', c, i - 1, case c when 'id' then '::uuid' else '' end), '')
        from unnest(t.key_cols) with ordinality k (c, i)), ''),
    coalesce('order by ' || t.first_of || ' limit 1', ''))
$$;

-- One page. STABLE, so that all its statements see one snapshot; row security judges them.
create or replace function sync.page(p_since bigint, p_floor bigint, p_epoch uuid, p_limit int)
returns jsonb language plpgsql stable set search_path = '' as $$
declare
    me constant uuid := auth.uid();
    page_size constant int := least(greatest(coalesce(p_limit, 500), 1), 2000);
    since constant bigint := coalesce(p_since, 0);
    head sync.heads;
    is_reset boolean;
    versions sync.row_versions[];
    rows jsonb;
    branches text;
    reached bigint;
begin
    select * into head from sync.heads h where h.user_id = me;
    is_reset := (p_epoch is not null and head.epoch is distinct from p_epoch)
        or since > coalesce(head.seq, 0)
        or (since > 0 and coalesce(p_floor, since) < coalesce(head.horizon, 0));
    reached := case when is_reset then 0 else coalesce(head.seq, 0) end;
    if not is_reset and since < head.seq then
        select array_agg(p order by p.seq) into versions from (
            select v.* from sync.row_versions v
            where v.user_id = me and v.seq > since and (since > 0 or not v.deleted)
            order by v.seq limit page_size) p;
        if cardinality(versions) = page_size then
            reached := versions[page_size].seq;
        end if;
        select string_agg(sync.page_branch(t), ' union all ') into branches from sync.tables t
        where t.tbl in (select v.tbl from unnest(versions) v where not v.deleted);
        execute 'select jsonb_agg(p.r order by p.seq) from (' || coalesce(branches || ' union all ', '') || $sql$
            select v.seq, jsonb_build_object('t', v.tbl, 'k', v.row_key::jsonb, 's', v.seq, 'g', v.tag, 'h', v.hlc::text,
                'n', v.node, 'd', 1) as r from unnest($1) v where v.deleted) p $sql$
        into rows using versions, me;
    end if;
    return jsonb_build_object(
        'reset', is_reset, 'epoch', head.epoch, 'head', coalesce(head.seq, 0), 'to', reached,
        'more', not is_reset and reached < coalesce(head.seq, 0), 'chk', coalesce(head.chk, 0), 'live', coalesce(head.live, 0),
        'horizon', coalesce(head.horizon, 0), 'now', sync.now_ms(), 'rows', coalesce(rows, '[]'),
        -- A version without its row: somebody deleted past the triggers. Seen and taken out by sync.pull().
        'stale', coalesce(cardinality(versions), 0) <> coalesce(jsonb_array_length(rows), 0));
end $$;

-- A page, after repairs if any are due.
create or replace function sync.pull(p_since bigint, p_floor bigint, p_epoch uuid, p_limit int)
returns jsonb language plpgsql volatile set search_path = '' as $$
declare
    page jsonb;
begin
    if exists (select from sync.dirty d where d.user_id = auth.uid()) then
        perform sync.repair_me();
    end if;
    page := sync.page(p_since, p_floor, p_epoch, p_limit);
    if (page -> 'stale')::boolean then
        perform sync.repair_me();
        page := sync.page(p_since, p_floor, p_epoch, p_limit);
    end if;
    return page - 'stale';
end $$;

-- Reconciles unless a writer holds the head too long; then the next pull tries again.
create or replace function sync.repair_me() returns void
language plpgsql volatile set search_path = '' as $$
begin
    perform sync.reconcile_me();
exception when lock_not_available or deadlock_detected then
    raise debug 'repair postponed: %', sqlerrm;
end $$;

create or replace function public.sync_pull(
    p_since bigint, p_floor bigint default null, p_epoch uuid default null, p_limit int default 500)
returns jsonb language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
begin
    return sync.pull(p_since, p_floor, p_epoch, p_limit);
end $$;
