/*
 * The simulated world: hosts, what each has, and what its WMI provider does (hyperv.md). One fabric holds all hosts of the
 * process, so that a VM can go from one to another. Nothing in here is safe for several threads: the caller serialises.
 *
 * Functions that stand for a WMI call return 0 or the HRESULT that WMI would return.
 */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include <hvctl/error.h>

#include "base/buf.h"
#include "list.h"

#define SIM_NS_VIRTUALIZATION "root/virtualization/v2"
#define SIM_NS_CIMV2          "root/cimv2"
#define SIM_NS_MSCLUSTER      "root/MSCluster" /* only on nodes of a cluster */
#define SIM_NS_LAB            "root/hvsim"     /* classes for tests of clients (class_lab.c) */

#define SIM_WBEM_FAILED                0x80041001U
#define SIM_WBEM_NOT_FOUND             0x80041002U
#define SIM_WBEM_ACCESS_DENIED         0x80041003U
#define SIM_WBEM_PROVIDER_FAILURE      0x80041004U
#define SIM_WBEM_TYPE_MISMATCH         0x80041005U
#define SIM_WBEM_OUT_OF_MEMORY         0x80041006U
#define SIM_WBEM_INVALID_PARAMETER     0x80041008U
#define SIM_WBEM_INVALID_NAMESPACE     0x8004100EU
#define SIM_WBEM_INVALID_CLASS         0x80041010U
#define SIM_WBEM_INVALID_QUERY         0x80041017U
#define SIM_WBEM_ALREADY_EXISTS        0x80041019U
#define SIM_WBEM_NOT_CAPABLE           0x80041024U
#define SIM_WBEM_INVALID_METHOD        0x8004102EU
#define SIM_WBEM_INVALID_METHOD_PARAMS 0x8004102FU
#define SIM_WBEM_NOT_IMPLEMENTED       0x80041055U
#define SIM_WBEM_INVALID_OBJECT_PATH   0x8004103AU

struct sim_caller;
struct sim_fabric;
struct sim_host;

/* Windows version of a host, or of all that no other profile names; its processors likewise. */
struct sim_profile {
    char *host; /* NULL: all */
    const char *version;
};
/* "2012r2" as "6.3.9600"; NULL when there is no profile of that name. */
const char *sim_profile_version(const char *name);

struct sim_options {
    const char *config_path;       /* .json: JSON, else INI; NULL: the default inventory */
    const char *const *host_names; /* of the default inventory, in place of hv01 and hv02; NULL with N 0 */
    size_t n_host_names;
    const struct sim_profile *profiles, *processors; /* in place of the inventory's; NULL with N 0 */
    size_t n_profiles, n_processors;
    double time_scale;            /* simulated seconds in a real one; 0 means 1 */
    uint64_t migrate_ms;          /* simulated time a move takes; 0: the default of 20 s */
    uint64_t check_ms;            /* and a check; 0: 2 s */
    uint64_t job_ttl_ms;          /* simulated time from a job's end until it is gone; 0: 5 min */
    bool refuse_named_references; /* &amp; and &lt; inside VALUE of embedded text are refused (wsman.md 4.3) */
    uint32_t bulk_items;          /* instances of Hvsim_Bulk */
};

/* Starts the world at NOW_US (microseconds since 1970). Errors: CONFIG, MEMORY; the record says which line. */
HV_MUST_CHECK int sim_fabric_new(const struct sim_options *options, int64_t now_us, struct sim_fabric **ret_fabric,
                                 struct hv_error *err);
struct sim_fabric *sim_fabric_free(struct sim_fabric *fabric);
HV_DEFINE_CLEANUP(struct sim_fabric *, sim_fabric_free)

/* Lets time pass up to NOW_US (real time, never backwards). To be called before each request and now and then between. */
void sim_fabric_tick(struct sim_fabric *fabric, int64_t now_us);
/* Simulated time now, and how much faster than real time it passes. */
int64_t sim_fabric_time(const struct sim_fabric *fabric);
double sim_fabric_scale(const struct sim_fabric *fabric);
const struct sim_schema *sim_fabric_schema(const struct sim_fabric *fabric);
size_t sim_fabric_n_hosts(const struct sim_fabric *fabric);
struct sim_host *sim_fabric_host(struct sim_fabric *fabric, size_t i);
struct sim_host *sim_fabric_find_host(struct sim_fabric *fabric, const char *name);
/* Grows with every change; write the truth again when it differs from last time. */
uint64_t sim_fabric_generation(const struct sim_fabric *fabric);
/* All hosts, VMs, disks, planned VMs, jobs and files as JSON text; false when out of memory. */
HV_MUST_CHECK bool sim_fabric_dump(const struct sim_fabric *fabric, struct hv_buf *json);

/* Borrowed texts, valid as long as the fabric. */
const char *sim_host_name(const struct sim_host *host);       /* "hv01", as in the configuration */
const char *sim_host_netbios(const struct sim_host *host);    /* "HV01" */
const char *sim_host_fqdn(const struct sim_host *host);       /* "hv01.example.test" */
const char *sim_host_address(const struct sim_host *host);    /* address to listen on */
const char *sim_host_os_version(const struct sim_host *host); /* "10.0.17763", as Identify says */
uint32_t sim_host_build(const struct sim_host *host);
const struct sim_schema *sim_host_schema(const struct sim_host *host);
bool sim_host_has_namespace(const struct sim_host *host, const char *ns);

/* What the configuration says about sign-in at this host; NULL where it says nothing. */
struct sim_host_access {
    const char *listen;
    const char *sign_in;
    const char *cbt;
    const char *allow_unencrypted;
    const char *const *certmappings;
    size_t n_certmappings;
};
struct sim_host_access sim_host_access(const struct sim_host *host);

/* ---- reading ---- */

/* Instances of the class and its subclasses; association classes too. RET_LIST is empty at the start and owned by the caller.
 * INVALID_NAMESPACE, INVALID_CLASS. */
HV_MUST_CHECK uint32_t sim_host_list(struct sim_host *host, const char *ns, const char *class_name, struct sim_list *ret_list);
/* One object by the keys in PATH (class and namespace there, namespace defaults to virtualization). Every key of the class must
 * be given, else INVALID_OBJECT_PATH; a name that is no key gives INVALID_PARAMETER; nothing there gives NOT_FOUND. A path that
 * names a superclass of the object finds it. */
HV_MUST_CHECK uint32_t sim_host_get(struct sim_host *host, const struct sim_path *path, struct sim_object **ret_object);

/* ASSOCIATORS OF / REFERENCES OF; NULL members do not restrict. */
struct sim_association_query {
    const struct sim_path *object;
    const char *assoc_class;  /* associators only */
    const char *result_class; /* for references: of the association */
    const char *role;         /* property of the association that refers to OBJECT */
    const char *result_role;  /* and to the result; associators only */
};
HV_MUST_CHECK uint32_t sim_host_associators(struct sim_host *host, const struct sim_association_query *query,
                                            struct sim_list *ret_list);
HV_MUST_CHECK uint32_t sim_host_references(struct sim_host *host, const struct sim_association_query *query,
                                           struct sim_list *ret_list);

/* Instances of Hvsim_Bulk are made when they are wanted, since there may be very many: how many there are, and number I, from 0.
 * NULL: out of memory. */
uint32_t sim_host_n_bulk(const struct sim_host *host);
struct sim_object *sim_host_bulk(const struct sim_host *host, uint32_t i);

/* The two name the same object. */
bool sim_host_same_path(const struct sim_host *host, const struct sim_path *a, const struct sim_path *b);

/* ---- writing ---- */

/* Instances of the class may be put, created and deleted; those of all others are changed by methods. */
bool sim_class_is_stored(const struct sim_class *class_);

/* OBJECT takes the place of the one with its keys, or becomes a new one. NOT_CAPABLE for classes that are changed by methods (all
 * of Hyper-V), NOT_FOUND, ALREADY_EXISTS, ACCESS_DENIED. The object is consumed in each case. */
HV_MUST_CHECK uint32_t sim_host_put(struct sim_host *host, const struct sim_caller *caller, struct sim_object *object_take);
HV_MUST_CHECK uint32_t sim_host_create(struct sim_host *host, const struct sim_caller *caller, struct sim_object *object_take);
/* PATH as for sim_host_get. */
HV_MUST_CHECK uint32_t sim_host_delete(struct sim_host *host, const struct sim_caller *caller, const struct sim_path *path);

/* ---- methods ---- */

enum sim_scheme {
    SIM_SCHEME_BASIC,
    SIM_SCHEME_NTLM,
    SIM_SCHEME_KERBEROS,
    SIM_SCHEME_CREDSSP,
    SIM_SCHEME_CERTIFICATE,
};

struct sim_caller {
    const char *user;
    enum sim_scheme scheme;
};

/* TARGET: the instance, from resource URI and selectors. A service may be named by CreationClassName alone (wsman.md 3.2), by
 * no key at all not (INVALID_METHOD_PARAMS). VALUES: one for each parameter of METHOD, in its order; in-parameters filled or null
 * as they came, out-parameters null and filled by the call. *RET_RETURN_VALUE only when 0 is returned. */
HV_MUST_CHECK uint32_t sim_host_invoke(struct sim_host *host, const struct sim_caller *caller, const struct sim_path *target,
                                       const struct sim_method *method, struct sim_value *values, uint32_t *ret_return_value);

/* Why the last call was refused (what stands for bad input), for the request log; "" when it was not. */
const char *sim_fabric_refusal(const struct sim_fabric *fabric);

/* ---- faults ---- */

enum sim_fault_kind {
    SIM_FAULT_RETURN,       /* Migrate and Check (or METHOD) answer VALUE, or that HRESULT or Windows error, and do nothing */
    SIM_FAULT_JOB_FAILS,    /* job ends in Exception; VALUE is the HRESULT in its text, 0: 0x80070005 */
    SIM_FAULT_JOB_SAYS,     /* the same, for reason VALUE (problem.h) */
    SIM_FAULT_JOB_WARNS,    /* the move is done, job ends in 32768 and has GetErrorEx entries */
    SIM_FAULT_JOB_VANISHES, /* the job object is gone half way; the move succeeds, or fails with the HRESULT VALUE unless 0 */
    SIM_FAULT_JOB_HANGS,    /* the job stays at VALUE percent until it is cancelled */
    SIM_FAULT_CANCEL_HANGS, /* told to terminate, the job is shutting down until it is killed */
    SIM_FAULT_LEFTOVERS,    /* with a job that fails: planned VM and copied disks stay at the destination */
    SIM_FAULT_ROLE_FAILS,   /* the cluster moves the VM half way, then its role has failed on its node */
    SIM_FAULT_ROLE_QUEUES,  /* the cluster lets the move wait for VALUE ms of simulated time */
};

struct sim_fault {
    enum sim_fault_kind kind;
    uint32_t value;
    uint32_t percent;   /* at which a job fails; 0: 60 */
    const char *host;   /* only requests to this host; NULL: any */
    const char *method; /* only this; NULL: MigrateVirtualSystemToHost, RETURN: also the check, ROLE_*: MoveToNewNodeParams */
    const char *vm;     /* only this VM (GUID or name); NULL: any */
    unsigned skip;      /* let this many matching requests through first */
    unsigned count;     /* then hit so many; 0: all */
};
/* Copies what it needs. False when out of memory. */
HV_MUST_CHECK bool sim_fabric_arm(struct sim_fabric *fabric, const struct sim_fault *fault);

#endif
