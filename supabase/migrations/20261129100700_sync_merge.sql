-- The rules by which one operation changes one row. Pure functions: the same row and operation give the same result.

-- An operation as a device sent it, checked; `slot` is its row's place among the rows of the push.
create type sync.op as (
    n bigint, id uuid, tbl text, row_key text, k jsonb, kind text, v jsonb, cols text[], base bigint, h bigint, slot int,
    is_fast boolean, bad text, raw jsonb);

-- A row while the operations of a push are applied to it, and what became of the latest one.
create type sync.state as (
    rid uuid, tbl text, row_key text, k jsonb, body jsonb, existed boolean,
    seq bigint, deleted boolean, hlc bigint, node text, hlc0 bigint, node0 text, solo_from bigint, clocks jsonb,
    changed text[], is_touched boolean, verdict text, lost jsonb, kept jsonb, body_hash bigint,
    -- Where the row is stored; good as long as its lock is held.
    place tid);

-- Whether the writer of an operation had seen the row's newest version, its own later changes aside.
create or replace function sync.saw_latest(s sync.state, o sync.op, dev text) returns boolean language sql immutable as
$$ select o.base = s.seq or (s.node = dev and o.base >= s.solo_from) $$;

-- The order of rules: who saw the latest wins, whatever clocks say; then who wrote last wins over itself; then the later clock,
-- and between equal ones the greater name.
create or replace function sync.beats(s sync.state, o sync.op, dev text, hlc bigint, node text) returns boolean language sql immutable as
$$ select s.seq is null or sync.saw_latest(s, o, dev) is true or node = dev or (o.h, dev collate "C") > (hlc, node collate "C") $$;

create or replace function sync.touched(s sync.state, h bigint, dev text) returns sync.state
language plpgsql immutable set search_path = '' as $$
begin
    if s.node is distinct from dev then
        s.solo_from := coalesce(s.seq, 0);
    end if;
    s.hlc := greatest(s.hlc, h);
    s.node := dev;
    s.hlc0 := coalesce(s.hlc0, h);
    s.node0 := coalesce(s.node0, dev);
    s.deleted := false;
    s.is_touched := true;
    return s;
end $$;

create or replace function sync.registers(body jsonb, t sync.tables) returns jsonb language sql immutable set search_path = '' as
$$ select coalesce(jsonb_object_agg(e.key, e.value), '{}') from jsonb_each(body) e where t.roles ->> e.key = 'register' $$;

-- Whether two values of a column are the same, however a moment is written.
create or replace function sync.same(a jsonb, b jsonb, is_moment boolean) returns boolean
language plpgsql stable set search_path = '' as $$
begin
    if is_moment and a is distinct from b and a #>> '{}' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$' then
        return (a #>> '{}')::timestamptz = (b #>> '{}')::timestamptz;
    end if;
    return a is not distinct from b;
end $$;

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
    end if;
    s.verdict := 'ok';
    s.lost := null;
    s.kept := null;

    if o.kind = 'del' then
        if not was_there then
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
        s.clocks := '{}';
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
            if was_there and not sync.beats(s, o, dev,
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
        if t.field_clocks then
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
