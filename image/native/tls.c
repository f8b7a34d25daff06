// SPDX-License-Identifier: Apache-2.0
// TLS for clients, over whatever connection TypeScript has: bytes that have come are given to a session, and those to
// be sent are taken from it. scriptc's own TLS connects by itself, to one address and without a proxy, does not compare
// IP addresses with certificates, and does not say why a handshake failed.
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <mbedtls/oid.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

// A queue of bytes.
struct queue {
  uint8_t *bytes;
  size_t from, to, size;
};

struct session {
  mbedtls_ssl_context ssl;
  struct queue in, out;
  // The address that the certificate must be for, if the server was given as one.
  uint8_t address[16];
  size_t address_length;
  bool ended;
};

// What sessions to be opened are made with.
static mbedtls_ssl_config *config;

static int append(struct queue *queue, const uint8_t *bytes, size_t length) {
  if (queue->from > 0) {
    memmove(queue->bytes, queue->bytes + queue->from, queue->to - queue->from);
    queue->to -= queue->from;
    queue->from = 0;
  }
  if (queue->size - queue->to < length) {
    size_t size = queue->size * 2 > queue->to + length ? queue->size * 2 : queue->to + length;
    uint8_t *bigger = realloc(queue->bytes, size);
    if (bigger == NULL) return -ENOMEM;
    queue->bytes = bigger;
    queue->size = size;
  }
  memcpy(queue->bytes + queue->to, bytes, length);
  queue->to += length;
  return 0;
}

static size_t take(struct queue *queue, uint8_t *bytes, size_t most) {
  size_t length = queue->to - queue->from < most ? queue->to - queue->from : most;
  memcpy(bytes, queue->bytes + queue->from, length);
  queue->from += length;
  return length;
}

static int send_bytes(void *context, const unsigned char *bytes, size_t length) {
  struct session *session = context;
  return append(&session->out, bytes, length) < 0 ? MBEDTLS_ERR_SSL_ALLOC_FAILED : (int)length;
}

static int receive_bytes(void *context, unsigned char *bytes, size_t most) {
  struct session *session = context;
  size_t length = take(&session->in, bytes, most);
  if (length > 0) return (int)length;
  return session->ended ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
}

static int fill_random(void *unused, unsigned char *bytes, size_t length) {
  (void)unused;
  for (size_t done = 0; done < length;) {
    ssize_t got = getrandom(bytes + done, length - done, 0);
    if (got < 0 && errno != EINTR) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    if (got > 0) done += (size_t)got;
  }
  return 0;
}

// The random numbers of mbedTLS's own cryptography.
psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *bytes,
                                             size_t size, size_t *length) {
  (void)context;
  *length = size;
  return fill_random(NULL, bytes, size) == 0 ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_ENTROPY;
}

// Adds what mbedTLS does not check: certificates must have alternative names, as Go's clients and browsers require, and
// that of a server which was given by its address must have the address among them.
static int verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  struct session *session = context;
  if (depth != 0) return 0;
  bool found = session->address_length == 0 && mbedtls_x509_crt_has_ext_type(certificate, MBEDTLS_X509_EXT_SUBJECT_ALT_NAME);
  for (const mbedtls_x509_sequence *name = &certificate->subject_alt_names; name != NULL && !found; name = name->next) {
    found = session->address_length > 0 && (name->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == MBEDTLS_X509_SAN_IP_ADDRESS &&
            name->buf.len == session->address_length && memcmp(name->buf.p, session->address, name->buf.len) == 0;
  }
  if (!found) *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
  return 0;
}

// Makes sessions that are opened from now on trust exactly these authorities, given in PEM form; those that cannot be
// read are left out. What was there before stays, because sessions may use it.
int32_t spacetail_tls_trust(const uint8_t *pem, size_t length) {
  mbedtls_ssl_config *made = calloc(1, sizeof *made);
  mbedtls_x509_crt *roots = calloc(1, sizeof *roots);
  char *text = malloc(length + 1);
  if (made == NULL || roots == NULL || text == NULL || psa_crypto_init() != PSA_SUCCESS) return -ENOMEM;
  memcpy(text, pem, length);
  text[length] = '\0';
  mbedtls_x509_crt_init(roots);
  mbedtls_x509_crt_parse(roots, (const unsigned char *)text, length + 1);
  free(text);
  mbedtls_ssl_config_init(made);
  if (mbedtls_ssl_config_defaults(made, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                  MBEDTLS_SSL_PRESET_DEFAULT) != 0)
    return -ENOMEM;
  mbedtls_ssl_conf_rng(made, fill_random, NULL);
  mbedtls_ssl_conf_authmode(made, MBEDTLS_SSL_VERIFY_REQUIRED);
  mbedtls_ssl_conf_ca_chain(made, roots, NULL);
  config = made;
  return 0;
}

// Opens a session with the server of that name, or IP address. Returns 0 on failure.
double spacetail_tls_open(const uint8_t *name, size_t length) {
  char text[256];
  struct session *session = calloc(1, sizeof *session);
  if (session == NULL || length >= sizeof text || (config == NULL && spacetail_tls_trust(NULL, 0) < 0)) {
    free(session);
    return 0;
  }
  memcpy(text, name, length);
  text[length] = '\0';
  if (inet_pton(AF_INET, text, session->address) == 1) session->address_length = 4;
  else if (inet_pton(AF_INET6, text, session->address) == 1) session->address_length = 16;
  mbedtls_ssl_init(&session->ssl);
  // No name is sent to a server that was given by its address (RFC 6066, section 3).
  const char *host = session->address_length > 0 ? NULL : text;
  if (mbedtls_ssl_setup(&session->ssl, config) != 0 || mbedtls_ssl_set_hostname(&session->ssl, host) != 0) {
    mbedtls_ssl_free(&session->ssl);
    free(session);
    return 0;
  }
  mbedtls_ssl_set_verify(&session->ssl, verify, session);
  mbedtls_ssl_set_bio(&session->ssl, session, send_bytes, receive_bytes, NULL);
  return (double)(uintptr_t)session;
}

static struct session *session_of(double id) { return (struct session *)(uintptr_t)id; }

// Gives a session bytes that have come from its server; none mean that there will be no more.
int32_t spacetail_tls_feed(double id, const uint8_t *bytes, size_t length) {
  struct session *session = session_of(id);
  if (length == 0) session->ended = true;
  return append(&session->in, bytes, length);
}

// Takes bytes that are to be sent to the server; returns their number.
int32_t spacetail_tls_take(double id, const uint8_t *bytes, size_t most) {
  return (int32_t)take(&session_of(id)->out, (uint8_t *)bytes, most);
}

// 1 if there is more to be read or sent first, 0 if there is not, else mbedTLS's error.
static int32_t outcome(int result) {
  bool again = result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE ||
               result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
  return again ? 1 : result;
}

// Goes on with the handshake: 0 when it is complete, 1 if it needs more bytes, else mbedTLS's error.
int32_t spacetail_tls_handshake(double id) { return outcome(mbedtls_ssl_handshake(&session_of(id)->ssl)); }

// What is wrong with the server's certificate, as mbedTLS's MBEDTLS_X509_BADCERT_ bits.
double spacetail_tls_flags(double id) { return mbedtls_ssl_get_verify_result(&session_of(id)->ssl); }

// The alert that ended the handshake, if one did.
int32_t spacetail_tls_alert(double id) { return session_of(id)->ssl.MBEDTLS_PRIVATE(in_msg)[1]; }

// Reads what the server has said: the number of bytes; 0 at the end, -1 if more must come first, else mbedTLS's error.
int32_t spacetail_tls_read(double id, const uint8_t *bytes, size_t most) {
  for (;;) {
    int result = mbedtls_ssl_read(&session_of(id)->ssl, (uint8_t *)bytes, most);
    // A ticket is no data, but data may follow it.
    if (result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) continue;
    if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || result == MBEDTLS_ERR_SSL_CONN_EOF) return 0;
    return outcome(result) == 1 && result < 0 ? -1 : result;
  }
}

// Says something to the server; a negative result is mbedTLS's error.
int32_t spacetail_tls_write(double id, const uint8_t *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    int result = mbedtls_ssl_write(&session_of(id)->ssl, bytes + done, length - done);
    if (result < 0) return result;
    done += (size_t)result;
  }
  return 0;
}

// Says that there will be no more.
void spacetail_tls_end(double id) { mbedtls_ssl_close_notify(&session_of(id)->ssl); }

void spacetail_tls_close(double id) {
  struct session *session = session_of(id);
  mbedtls_ssl_free(&session->ssl);
  free(session->in.bytes);
  free(session->out.bytes);
  free(session);
}
