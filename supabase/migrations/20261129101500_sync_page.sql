-- A page read straight from the versions, without gathering them first: half the time for a row.

-- SQL that gives each live version of one table between two numbers with its row; $1 is the person, $2 and $3 are the numbers.
create or replace function sync.page_branch(t sync.tables) returns text language sql stable set search_path = '' as $$
select format($sql$
    select v.seq, jsonb_build_object('t', v.tbl, 'k', v.k, 's', v.seq, 'g', v.tag, 'h', v.hlc::text, 'n', v.node, 'b', %1$s) as r
    from (select r.*, r.row_key::jsonb as k from sync.row_versions r
          where r.user_id = $1 and r.seq > $2 and r.seq <= $3 and r.tbl = %2$L and not r.deleted offset 0) v
    -- Fenced: as a plain join, the planner walks all rows of a person for whom it has no statistics, once for every version.
    join lateral (select to_jsonb(t) as body from public.%2$I t where %3$s%4$s %5$s offset 0) b on true $sql$,
    case when cardinality(t.csv_cols) > 0 or t.null_as <> '{}'
        then format('sync.to_wire(b.body, (select x from sync.tables x where x.tbl = %L))', t.tbl)
        else format('b.body - %L::text[]', t.hidden_cols) end,
    t.tbl, t.owner_sql, sync.key_condition(t, 'v.k'), coalesce('order by ' || t.first_of || ' limit 1', ''))
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
    versions bigint := 0;
    newest bigint;
    has_deleted boolean;
    tables text[];
    branches text;
    rows jsonb;
    reached bigint;
begin
    select * into head from sync.heads h where h.user_id = me;
    is_reset := (p_epoch is not null and head.epoch is distinct from p_epoch)
        or since > coalesce(head.seq, 0)
        or (since > 0 and coalesce(p_floor, since) < coalesce(head.horizon, 0));
    reached := case when is_reset then 0 else coalesce(head.seq, 0) end;
    if not is_reset and since < head.seq then
        select count(*), max(p.seq), bool_or(p.deleted), array_agg(distinct p.tbl) filter (where not p.deleted)
        into versions, newest, has_deleted, tables from (
            select v.seq, v.tbl, v.deleted from sync.row_versions v
            where v.user_id = me and v.seq > since and (since > 0 or not v.deleted)
            order by v.seq limit page_size) p;
        if versions = page_size then
            reached := newest;
        end if;
        select string_agg(sync.page_branch(t), ' union all ') into branches from sync.tables t where t.tbl = any(tables);
        if has_deleted then
            branches := coalesce(branches || ' union all ', '') || $sql$
                select v.seq, jsonb_build_object('t', v.tbl, 'k', v.row_key::jsonb, 's', v.seq, 'g', v.tag, 'h', v.hlc::text,
                    'n', v.node, 'd', 1) as r
                from sync.row_versions v where v.user_id = $1 and v.seq > $2 and v.seq <= $3 and v.deleted $sql$;
        end if;
        if branches is not null then
            execute 'select jsonb_agg(p.r order by p.seq) from (' || branches || ') p' into rows using me, since, reached;
        end if;
    end if;
    return jsonb_build_object(
        'reset', is_reset, 'epoch', head.epoch, 'head', coalesce(head.seq, 0), 'to', reached,
        'more', not is_reset and reached < coalesce(head.seq, 0), 'chk', coalesce(head.chk, 0), 'live', coalesce(head.live, 0),
        'horizon', coalesce(head.horizon, 0), 'now', sync.now_ms(), 'rows', coalesce(rows, '[]'),
        -- A version without its row: somebody deleted past the triggers. Seen and taken out by sync.pull().
        'stale', versions <> coalesce(jsonb_array_length(rows), 0));
end $$;
