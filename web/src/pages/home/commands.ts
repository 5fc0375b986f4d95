// The commands an empty page proposes, ready to paste once the client's id and secret are filled in.

/** Asks for an access token and keeps it in $TOKEN. */
export const getToken = (origin: string) =>
  `TOKEN=$(curl -s -u CLIENT_ID:CLIENT_SECRET -d grant_type=client_credentials \\
  ${origin}/auth/token/v1 | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')`;

export const addBuilding = (origin: string) =>
  `curl ${origin}/buildings/v1 -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"customerBuildingId": "home-1", "timeZoneId": "Europe/Zurich"}'`;

export const postEvent = (origin: string) =>
  `curl ${origin}/events/v1 -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"customerBuildingId": "home-1", "deviceId": "meter-1", "deviceName": "Meter", "source": "GATEWAY",
       "type": "POWER_CONSUMPTION", "value": 420}'`;

export const importRules = (customerId: string) => `hearth rules import --predefined --customer ${customerId}`;
