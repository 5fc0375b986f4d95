// The commands an empty page proposes, ready to paste once the client's id and secret are filled in.

/** Asks for an access token and keeps it in $TOKEN. */
export const getToken = (origin: string, clientId = "CLIENT_ID", clientSecret = "CLIENT_SECRET") =>
  `TOKEN=$(curl -s -u ${clientId}:${clientSecret} -d grant_type=client_credentials \\
  ${origin}/auth/token/v1 | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')`;

export const addBuilding = (origin: string, timeZoneId = "Europe/Zurich") =>
  `curl ${origin}/buildings/v1 -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"customerBuildingId": "home-1", "timeZoneId": "${timeZoneId}"}'`;

export const postEvent = (origin: string, building = "home-1") =>
  `curl ${origin}/events/v1 -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"customerBuildingId": "${building}", "deviceId": "meter-1", "deviceName": "Meter", "source": "GATEWAY",
       "type": "POWER_CONSUMPTION", "value": 420}'`;

export const importRules = (customerId: string) => `hearth rules import --predefined --customer ${customerId}`;
