/** What the client needs from the services, in the words of the API's messages; no transport. */
package io.lockstep.client.service;
