# SPDX-License-Identifier: ISC
"""The exact bodies GitHub sends when it refuses something."""

DISPATCH_DOC = "https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event"
LIMITS_DOC = ("https://docs.github.com/free-pro-team@latest/rest/overview/"
              "rate-limits-for-the-rest-api#about-secondary-rate-limits")
SSO_URL = "https://github.com/orgs/octo-org/sso?authorization_request=EXAMPLE"


def refusal(status, message, doc=DISPATCH_DOC, headers=None, with_status=True):
    """One row: (status, headers, body)."""
    body = {"message": message, "documentation_url": doc}
    if with_status:
        body["status"] = str(status)
    return status, dict(headers or {}), body


def limit_headers(remaining, reset=1789300800, limit=5000, retry_after=None):
    headers = {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-used": str(limit - remaining),
        "x-ratelimit-reset": str(reset),
        "x-ratelimit-resource": "core",
    }
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return headers


def unsupported_version(version):
    return refusal(
        400,
        'The version you specified in the "X-GitHub-API-Version" request header, '
        f'"{version}", is not a supported version. The following versions are currently '
        'supported: "2022-11-28" (most recent).',
        "https://docs.github.com/rest/overview/api-versions", with_status=False)


def unexpected_inputs(names):
    listed = ", ".join(f'"{name}"' for name in names)
    return refusal(422, f"Unexpected inputs provided: [{listed}]")


def required_input(name):
    return refusal(422, f"Required input '{name}' not provided")


def not_a_choice(value, name):
    return refusal(422, f"Provided value '{value}' for input '{name}' "
                        "not in the list of allowed values")


def no_ref(ref):
    return refusal(422, f"No ref found for: {ref}")


def not_found(doc=DISPATCH_DOC):
    return refusal(404, "Not Found", doc)


EVENT_DOC = "https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event"


def invalid_event(why):
    return refusal(422, f"Invalid request.\n\n{why}", EVENT_DOC)


def too_many_keys(count):
    return invalid_event(f"No more than 10 properties are allowed; {count} were supplied.")


def too_long_a_type(length):
    return invalid_event(f"Only 100 characters are allowed; {length} were supplied.")


EVENT_WITHOUT_TYPE = invalid_event("For 'links/0/schema', nil is not a string.")
PAYLOAD_NOT_OBJECT = invalid_event("For 'properties/client_payload', \"x\" is not an object.")
EVENT_FORBIDDEN = refusal(403, "Resource not accessible by integration", EVENT_DOC,
                          headers={"x-accepted-github-permissions": "contents=write"})
PAYLOAD_TOO_LARGE = refusal(422, "client_payload is too large.", EVENT_DOC)
BAD_CREDENTIALS = refusal(401, "Bad credentials", "https://docs.github.com/rest")
REQUIRES_AUTHENTICATION = refusal(401, "Requires authentication")
JWT_DOC = "https://docs.github.com/rest"
JWT_UNREADABLE = refusal(401, "A JSON web token could not be decoded", JWT_DOC)
JWT_EXPIRED = refusal(
    401, "'Expiration time' claim ('exp') must be a numeric value representing the future time at "
         "which the assertion expires", JWT_DOC)
JWT_TOO_FAR = refusal(
    401, "'Expiration time' claim ('exp') is too far in the future", JWT_DOC)
JWT_ISSUED_LATER = refusal(
    401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion "
         "was issued", JWT_DOC)
NO_INTEGRATION = refusal(404, "Integration not found", JWT_DOC)
SUSPENDED = refusal(403, "This installation has been suspended", JWT_DOC)
NOT_GRANTED = refusal(
    422, "The permissions requested are not granted to this installation.", JWT_DOC)
NOT_ALL_REPOSITORIES = refusal(
    422, "There is at least one repository that does not exist or is not accessible to the parent "
         "installation.", JWT_DOC)
NO_TRIGGER = refusal(422, "Workflow does not have 'workflow_dispatch' trigger")
DISABLED = refusal(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
TOO_LARGE = refusal(422, "inputs are too large.")
YAML_INVALID = refusal(
    422, "Invalid Argument - failed to parse workflow: (Line: 65, Col: 26): Unexpected symbol: "
         "'??'. Located at position 16 within expression: inputs.x ?? 'y'")
TOO_MANY_INPUTS = refusal(
    422, "Invalid Argument - failed to parse workflow: you may only define up to 25 `inputs` "
         "for a `workflow_dispatch` event")
NOT_JSON = refusal(400, "Problems parsing JSON")
NOT_AN_OBJECT = refusal(400, "Body should be a JSON object")
INPUTS_NOT_OBJECT = refusal(
    422, "Invalid request.\n\nFor 'properties/inputs', \"x\" is not an object.")
REF_NOT_TEXT = refusal(422, "Invalid request.\n\nFor 'properties/ref', nil is not a string.")
VERSION_GONE = refusal(410, "The API version you requested is no longer supported.",
                       "https://docs.github.com/rest/overview/api-versions")
INTEGRATION = refusal(403, "Resource not accessible by integration",
                      headers={"x-accepted-github-permissions": "actions=write"})
NOT_BY_INTEGRATION = refusal(403, "Resource not accessible by integration")
PERSONAL_TOKEN = refusal(403, "Resource not accessible by personal access token",
                         headers={"x-accepted-github-permissions": "actions=write"})
ADMIN_ONLY = refusal(403, "Resource not accessible by integration",
                     headers={"x-accepted-github-permissions": "administration=read"})
NO_CONTENTS = refusal(403, "Resource not accessible by integration",
                      headers={"x-accepted-github-permissions": "contents=read"})
ADMIN_RIGHTS = refusal(403, "Must have admin rights to Repository.")
SSO = refusal(
    403, "Resource protected by organization SAML enforcement. You must grant your Personal "
         "Access token access to this organization.",
    "https://docs.github.com/articles/authenticating-to-a-github-organization-"
    "with-saml-single-sign-on/",
    headers={"x-github-sso": f"required; url={SSO_URL}"})
IP_LIST = refusal(
    403, "Although you appear to have the correct authorization credentials, the `octo-org` "
         "organization has an IP allow list enabled, and your IP address is not permitted to "
         "access this resource.", "https://docs.github.com/rest")
CANCEL_CONFLICT = refusal(409, "Cannot cancel a workflow run that is completed.")
# actions/runner#3872, calcom/cal.diy#29584
CANCEL_NOT_YET = (refusal(409, "Cannot cancel a workflow run that has not been queued yet."),
                  refusal(409, "Cannot cancel a workflow re-run that has not yet queued."))
LOG_GONE = refusal(410, "The logs for this run have expired and are no longer available.",
                   "https://docs.github.com/rest/actions/workflow-jobs"
                   "#download-job-logs-for-a-workflow-run")
SERVER_ERROR = (502, {}, {"message": "Server Error"})
UNAVAILABLE_HTML = ("<html><body><h1>503 Service Unavailable</h1>\n"
                    "No server is available to handle this request.\n</body></html>\n")
NO_USER_AGENT = (
    "\r\nRequest forbidden by administrative rules. Please make sure your request has a "
    "User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api"
    "#user-agent-required). Check https://developer.github.com for other possible causes.\r\n")


def primary_limit(reset, status=403):
    return refusal(
        status, "API rate limit exceeded for user ID 583231. If you reach out to GitHub Support "
                "for help, please include the request ID FA2D:1A2B:3C4D:5E6F:66B9D0F1.",
        "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
        headers=limit_headers(0, reset))


def secondary_limit(retry_after=None, status=403):
    return refusal(
        status, "You have exceeded a secondary rate limit. Please wait a few minutes before you "
                "try again. If you reach out to GitHub Support for help, please include the "
                "request ID FA2D:1A2B:3C4D:5E6F:66B9D0F1.",
        LIMITS_DOC, headers=limit_headers(4321, retry_after=retry_after))


def abuse_limit(retry_after=60):
    """What servers of the years before 2021 say."""
    return refusal(
        403, "You have triggered an abuse detection mechanism. Please wait a few minutes before "
             "you try again.",
        "https://developer.github.com/v3/#abuse-rate-limits",
        headers={"retry-after": str(retry_after)}, with_status=False)
