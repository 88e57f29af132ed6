-- The deletion of a row that the server does not know leaves a tombstone.
--
-- A row can be made and deleted after the last backup. Once that backup is restored, the devices send again what it lacks: one
-- the row, another its deletion, in whatever order they come. If the deletion comes first it has to stay, or what a person
-- deleted is back.
--
-- Takes the place of the function of the same name; all but the branch for missing rows is as it was.

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
