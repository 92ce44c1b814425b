import type { Deployment } from "./calls.js";
import { Device, type DeviceEvent } from "./device.js";

const KEY_PACKAGES = 10;

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const form = element<HTMLFormElement>("enrol");
const composer = element<HTMLFormElement>("composer");
const groups = element<HTMLSelectElement>("groups");
const log = element<HTMLOListElement>("log");

/** One line of what happened; text only, since others wrote some of it. */
function line(kind: string, text: string): void {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = text;
  log.append(item);
}

function show(event: DeviceEvent): void {
  switch (event.kind) {
    case "joined": {
      const option = document.createElement("option");
      option.value = event.group;
      option.textContent = event.group.slice(0, 8);
      groups.append(option);
      composer.hidden = false;
      line("joined", `joined in epoch ${event.epoch}: ${event.members.join(", ")}`);
      break;
    }
    case "message":
      line("message", `${event.from}: ${event.text}`);
      break;
    case "epoch":
      line("epoch", `epoch ${event.epoch}: ${event.members.join(", ")}`);
      break;
    case "removed":
      line("removed", "removed from the group");
      break;
    case "unreadable":
      line("unreadable", `a message that cannot be read: ${event.why}`);
      break;
    case "fault":
      line("fault", event.why);
      break;
  }
}

async function enrol(name: string, invitation: string): Promise<Device> {
  const deployment = (await (await fetch("deployment.json")).json()) as Deployment;
  const device = await Device.enrol(deployment, name, invitation, show);
  await device.publishKeyPackages(KEY_PACKAGES);
  device.listen();
  line("enrolled", `${name} is client ${device.clientId}`);
  return device;
}

async function attempt(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    line("fault", String(error));
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void attempt(async () => {
    form.hidden = true;
    const device = await enrol(
      element<HTMLInputElement>("name").value,
      element<HTMLInputElement>("invitation").value,
    );
    const text = element<HTMLInputElement>("text");
    composer.addEventListener("submit", (sent) => {
      sent.preventDefault();
      const value = text.value;
      text.value = "";
      void attempt(() => device.send(groups.value, value));
    });
    element("update").addEventListener("click", () => void attempt(() => device.update(groups.value)));
  });
});

// Before this, a form would be sent as forms without a script are.
element<HTMLFieldSetElement>("ready").disabled = false;
