-- A rejection belongs to the history that its device knows, as a push does.
--
-- A device whose server was set back numbers anew what is missing. Its word that an operation can never be applied, delivered once
-- more a minute later, could then take the place of another operation of that number. So it names the epoch under which the
-- operation was refused: in another history nothing is recorded, and the device looks first. A server that finds out by it that
-- it was set back begins another history. A rejection that names no epoch is not checked.

-- Another list of parameters is another function, and a call that fits both would be refused.
drop function if exists public.sync_reject(uuid, bigint, json, text, text, uuid);

create or replace function public.sync_reject(
    p_dev uuid, p_n bigint, p_op json default null, p_code text default '', p_msg text default null, p_id uuid default null,
    p_epoch uuid default null)
returns jsonb language plpgsql volatile set search_path = '' as $$
declare
    answer jsonb;
begin
    if p_epoch is not null and not exists (select from sync.heads h where h.user_id = auth.uid() and h.epoch = p_epoch) then
        return '{"verdict": "other_history"}';
    end if;
    answer := sync.ledger_reject(p_dev, p_n, p_op, p_code, p_msg, p_id);
    if p_epoch is not null and answer ->> 'verdict' = 'server_rewound' then
        perform sync.begin_history(p_epoch);
    end if;
    return answer;
end $$;

revoke execute on function public.sync_reject(uuid, bigint, json, text, text, uuid, uuid) from public, anon, service_role;
grant execute on function public.sync_reject(uuid, bigint, json, text, text, uuid, uuid) to authenticated;
