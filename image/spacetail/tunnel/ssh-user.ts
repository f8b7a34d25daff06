// SPDX-License-Identifier: Apache-2.0

/**
 * Why nobody can log in as the user of this process, or an empty text. Without privileges, tailscaled starts sessions
 * for that user only, and only with the very groups that the system's files name.
 *
 * Source: tailscale.com v1.102.3, ssh/tailssh/incubator.go setGroups.
 *
 * @param status the text of /proc/self/status
 * @param passwd the text of /etc/passwd
 * @param group the text of /etc/group
 */
export function loginProblem(uid: number, status: string, passwd: string, group: string): string {
  if (uid === 0) return "";
  const user = passwd.split("\n").find((line) => line.split(":")[2] === `${uid}`);
  if (user === undefined) return `/etc/passwd has no user ${uid}`;
  const [name = "", , , primary = ""] = user.split(":");
  const groups = [primary];
  for (const line of group.split("\n")) {
    const [, , id = "", members = ""] = line.split(":");
    if (!groups.includes(id) && members.split(",").includes(name)) groups.push(id);
  }
  const own = (status.split("\nGroups:\t")[1] ?? "").split("\n")[0] ?? "";
  const current = own.split(" ").filter((one) => one !== "");
  const isSame = current.length === groups.length && groups.every((one) => current.includes(one));
  return isSame ? "" : `this process has the groups "${current.join(" ")}", and user ${name} has "${groups.join(" ")}"`;
}
