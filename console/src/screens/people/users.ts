import { client, type Schemas } from "@/api/client";
import { useSubmit } from "@/api/submit";

export type User = Schemas["User"];
export type Role = User["role"];

const USERS = "/v1/users";
const IDLE_MS = 90 * 24 * 3600 * 1000; // the program refuses whoever did not sign in for so long

export const isLocked = (user: User): boolean => user.locked_until !== null;
export const isIdle = (user: User): boolean => Date.now() - Date.parse(user.last_signed_in_at) > IDLE_MS;

export const useAddUser = () =>
  useSubmit((body: Schemas["UserInput"], headers) => client.POST(USERS, { body, headers }), [USERS]);

export const useChangeUser = (user: User) =>
  useSubmit(
    (body: Schemas["UserPatch"], headers) =>
      client.PATCH(`${USERS}/{user_id}`, {
        params: { path: { user_id: user.id } },
        body: { ...body, version: user.version },
        headers,
      }),
    [USERS],
  );

export const useResetTotp = (user: User) =>
  useSubmit(
    (_: null, headers) => client.DELETE(`${USERS}/{user_id}/totp`, { params: { path: { user_id: user.id } }, headers }),
    [USERS],
  );
