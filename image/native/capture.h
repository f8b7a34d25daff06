// SPDX-License-Identifier: Apache-2.0
// Capture: the TCP connections of a command go through the tunnel, whatever program makes them.
//
// A seccomp filter hands a few system calls of the command (capture-filter.c) to this process, which is its parent.
// capture-calls.c answers them; capture-dial.c makes the connections. Nothing of the command is changed: not its
// memory, not its code. Everything here runs on the event thread; TypeScript says which destinations are meant
// (capture-routes.c), and starts the command (capture-job.c).
#ifndef SPACETAIL_CAPTURE_H
#define SPACETAIL_CAPTURE_H

#include "capture-kernel.h"
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

// Held by whoever uses what is shared between the event thread and TypeScript: routes and files.
void capture_lock(void);
void capture_unlock(void);

// capture-filter.c: puts this process under the filter. `opens`: trap the opening of files too. Returns the descriptor
// from which notifications are received, or -errno.
int capture_filter(bool opens);

// Where the command has a descriptor. The thread may end before its process does, and may have descriptors of its own.
struct place {
  pid_t thread, process;
  int at;
};

// capture-target.c: what is known of a thread of the command. The thread waits for the answer to its call meanwhile.
struct place target_place(pid_t thread, int at);
ssize_t target_read(pid_t thread, void *to, uint64_t from, size_t length);
// The inode of a socket, which identifies it in all its copies; 0 if the descriptor is none.
ino_t target_socket(pid_t thread, int fd);
// AF_INET or AF_INET6 for a TCP socket; 0 for anything else.
int target_family(pid_t thread, int fd);
// O_NONBLOCK, O_CLOEXEC and others; -1 if the descriptor is gone.
int target_flags(pid_t thread, int fd);
// Whether a signal waits for it that would interrupt its call.
bool target_has_signal(pid_t thread);
// Whether it is in another network namespace than this process.
bool target_is_elsewhere(pid_t thread);

// capture-sockets.c: the sockets that this process has made for the command and has a copy of.
void own_put(ino_t inode, int fd, struct place place);
// Hands the copy over to the caller; -1 if there is none.
int own_take(ino_t inode);
// Closes the copy, if there is one.
void own_drop(ino_t inode);
// Sockets that have been connected by this process, and must not be again.
void done_put(ino_t inode);
void done_drop(ino_t inode);
bool done_has(ino_t inode);

// capture-routes.c: where connections are captured.
enum verdict { PASS, CAPTURE, UNSURE };
enum verdict route_of(const struct sockaddr *address);
// Whether TypeScript has yet to say what it knows: routes, and before them the files. If so, it is asked.
bool routes_need(void);
// Whether they have been said anew since the last call.
bool routes_are_new(void);

// capture-files.c: files that the command gets from this process.
bool file_is_ours(const char *path);
// A new descriptor for one of them; -1 if the command is to get the real one.
int file_open(const char *path);

// capture-calls.c: the listener, and answers to calls.
extern int capture_listener;
void call_answer(uint64_t call, int error);
void call_continue(uint64_t call);
bool call_is_valid(uint64_t call);
// Receives and answers one call.
void call_receive(void);
// Decides again about the calls that wait for new routes.
void calls_retry(void);
// Lets the calls go whose time is up at `now`. Returns when the next is, or 0 if none waits.
uint64_t calls_expire(uint64_t now);
// Replaces a descriptor of the command by a copy of `fd`.
int call_replace(uint64_t call, int fd, int at, int flags);

// capture-dial.c
int dial_open(void);
// Connects a socket of the command, which belongs to the callee from now on, to an address of the tailnet.
void dial_start(uint64_t call, struct place place, ino_t inode, int own, const struct sockaddr *address);
// Whether the socket is being connected. If its call was interrupted and came back, the new one takes its place.
bool dial_has(ino_t inode, uint64_t call);
// Gives up connecting it, if it is being connected: the command has disconnected it.
void dial_drop(ino_t inode);
uint64_t dials_expire(uint64_t now);
// Frees what has ended, between two rounds of events.
void dials_bury(void);

// capture-probe.c: under which a child puts itself; its parent gets the listener, or -errno.
int filter_child(int socket, bool opens);
int filter_receive(int socket);

// capture-job.c: a line for the standard error of `spacetail run`, if that is still there, and a sign for TypeScript.
void job_say(const char *text);
void job_post(int32_t what);
void job_expect(uint64_t when);
// Called when a captured connection is over.
void job_relayed(double sent, double received);

// A connect to this address is answered with EXDEV: so a program finds out that it is captured. Outside, it is refused,
// since nobody can listen on port 0.
struct sockaddr_in capture_sign(void);

// The counters that TypeScript reads.
extern struct counters {
  double captured, failed, open, sent, received, unreadable;
} capture_counters;

#endif
