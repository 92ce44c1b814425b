// The ts-mls side of TsMlsInteropTest: one JSON object per line in, one per line out, bytes in hex.
// {"op": name, "client": name, ...} -> {"ok": true, ...} or {"error": text}. Ends with its input.
import { p256, p384, p521 } from "@noble/curves/nist.js"
import * as mls from "ts-mls"
import { createInterface } from "node:readline"
import { encode } from "ts-mls/codec/tlsEncoder.js"
import { signLeafNodeCommit as signLeafNode } from "ts-mls/leafNode.js"
import { defaultClientConfig } from "ts-mls/clientConfig.js"
import { decodeProposal } from "ts-mls/proposal.js"
import { decodeRatchetTree, ratchetTreeEncoder } from "ts-mls/ratchetTree.js"

const hex = (bytes) => Buffer.from(bytes).toString("hex")
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"))
const utf8 = (text) => new TextEncoder().encode(text)

const clients = new Map()

function whole(decode, data, what) {
  const read = decode(data, 0)
  if (read === undefined) throw new Error("ts-mls cannot read this " + what)
  if (read[1] !== data.length) throw new Error("bytes behind a " + what)
  return read[0]
}

const message = (text) => whole(mls.decodeMlsMessage, bytes(text), "MLSMessage")
const encoded = (content) => hex(mls.encodeMlsMessage({ version: "mls10", ...content }))
const tree = (text) => (text === undefined ? undefined : whole(decodeRatchetTree, bytes(text), "tree"))
const extensions = (list) =>
  (list ?? []).map(({ type, data }) => ({ extensionType: type, extensionData: bytes(data) }))

// ts-mls 1.6.4 takes the extension data of external_pub for the bare public key, where RFC 9420
// section 12.4.3.2 has "struct { HPKEPublicKey external_pub; } ExternalPub", a vector with its
// length in front. Both directions are wrong: a GroupInfo that it writes and one that it reads. The
// package is left as it is; these two suites stand in for the real one while the extension is
// written or read.
function vector(key) {
  if (key.length < 64) return new Uint8Array([key.length, ...key])
  return new Uint8Array([0x40 | (key.length >> 8), key.length & 0xff, ...key])
}

function writingExternalPub(cs) {
  const exportPublicKey = async (key) => vector(new Uint8Array(await cs.hpke.exportPublicKey(key)))
  return { ...cs, hpke: { ...cs.hpke, exportPublicKey } }
}

function readingExternalPub(cs, groupInfo) {
  const wrapped = groupInfo.extensions.find((each) => each.extensionType === "external_pub").extensionData
  const importPublicKey = (key) =>
    cs.hpke.importPublicKey(key === wrapped ? key.slice(key[0] < 0x40 ? 1 : 2) : key)
  return { ...cs, hpke: { ...cs.hpke, importPublicKey } }
}

function psksOf(client) {
  return mls.makePskIndex(client.state, client.psks)
}

// For the NIST curves ts-mls 1.6.4 makes signature keys in the compressed form, where RFC 9420
// section 5.1.1 has the uncompressed one. It reads both.
const nist = { 2: p256, 5: p521, 7: p384 }

async function signatureKeys(suite, cs) {
  const pair = await cs.signature.keygen()
  return suite in nist ? { ...pair, publicKey: nist[suite].getPublicKey(pair.signKey, false) } : pair
}

async function keyPackage(client) {
  const { publicPackage, privatePackage } = await mls.generateKeyPackageWithKey(
    { credentialType: "basic", identity: utf8(client.name) },
    { ...mls.defaultCapabilities(), extensions: client.extensionTypes },
    { notBefore: BigInt(client.notBefore), notAfter: BigInt(client.notAfter) },
    client.keyPackageExtensions,
    client.signature,
    client.cs,
    client.leafExtensions,
  )
  client.package = publicPackage
  client.keys = privatePackage
}

const operations = {
  async client({ client: name, suite, notBefore, notAfter, extensionTypes, keyPackageExtensions, leafExtensions, padding }) {
    const suiteName = Object.keys(mls.ciphersuites).find((each) => mls.ciphersuites[each] === suite)
    const cs = await mls.getCiphersuiteImpl(mls.getCiphersuiteFromName(suiteName))
    const config = { ...defaultClientConfig, paddingConfig: { kind: "padUntilLength", padUntilLength: padding } }
    clients.set(name, {
      name,
      cs,
      config,
      notBefore,
      notAfter,
      extensionTypes,
      keyPackageExtensions: extensions(keyPackageExtensions),
      leafExtensions: extensions(leafExtensions),
      signature: await signatureKeys(suite, cs),
      psks: {},
      state: undefined,
    })
    return {}
  },

  async keyPackage(_, client) {
    await keyPackage(client)
    return { keyPackage: encoded({ wireformat: "mls_key_package", keyPackage: client.package }) }
  },

  async create({ groupId, groupExtensions }, client) {
    await keyPackage(client)
    client.state = await mls.createGroup(
      bytes(groupId),
      client.package,
      client.keys,
      extensions(groupExtensions),
      client.cs,
      client.config,
    )
    return {}
  },

  async psk({ id, value }, client) {
    client.psks[mls.bytesToBase64(bytes(id))] = bytes(value)
    return {}
  },

  async join({ welcome, ratchetTree }, client) {
    client.state = await mls.joinGroup(
      message(welcome).welcome,
      client.package,
      client.keys,
      psksOf(client),
      client.cs,
      tree(ratchetTree),
      undefined,
      client.config,
    )
    return {}
  },

  async joinExternally({ groupInfo, ratchetTree }, client) {
    const info = message(groupInfo).groupInfo
    const resync = client.state !== undefined
    await keyPackage(client)
    const { publicMessage, newState } = await mls.joinGroupExternal(
      info,
      client.package,
      client.keys,
      resync,
      readingExternalPub(client.cs, info),
      tree(ratchetTree),
      client.config,
    )
    client.state = newState
    return { commit: encoded({ wireformat: "mls_public_message", publicMessage }) }
  },

  async groupInfo({ withTree }, client) {
    const cs = writingExternalPub(client.cs)
    const groupInfo = withTree
      ? await mls.createGroupInfoWithExternalPubAndRatchetTree(client.state, [], cs)
      : await mls.createGroupInfoWithExternalPub(client.state, [], cs)
    return { groupInfo: encoded({ wireformat: "mls_group_info", groupInfo }) }
  },

  async ratchetTree(_, client) {
    return { ratchetTree: hex(encode(ratchetTreeEncoder)(client.state.ratchetTree)) }
  },

  async commit({ proposals, open, treeInWelcome, authenticatedData }, client) {
    const { commit, welcome, newState } = await mls.createCommit(
      { state: client.state, cipherSuite: client.cs, pskIndex: psksOf(client) },
      {
        wireAsPublicMessage: open,
        extraProposals: proposals.map((each) => whole(decodeProposal, bytes(each), "Proposal")),
        ratchetTreeExtension: treeInWelcome,
        authenticatedData: bytes(authenticatedData),
      },
    )
    client.state = newState
    return {
      commit: hex(mls.encodeMlsMessage(commit)),
      welcome: welcome === undefined ? undefined : encoded({ wireformat: "mls_welcome", welcome }),
    }
  },

  async propose({ proposal, open, authenticatedData }, client) {
    return propose(client, whole(decodeProposal, bytes(proposal), "Proposal"), open, authenticatedData)
  },

  // ts-mls makes no Update proposals for its own leaf; its functions for leaf nodes can.
  async proposeUpdate({ open, authenticatedData }, client) {
    const pair = await client.cs.hpke.generateKeyPair()
    const leafIndex = client.state.privatePath.leafIndex
    const leafNode = await signLeafNode(
      {
        ...client.state.ratchetTree[2 * leafIndex].leaf,
        leafNodeSource: "update",
        hpkePublicKey: new Uint8Array(await client.cs.hpke.exportPublicKey(pair.publicKey)),
        groupId: client.state.groupContext.groupId,
        leafIndex,
      },
      client.state.signaturePrivateKey,
      client.cs.signature,
    )
    client.updateKey = await client.cs.hpke.exportPrivateKey(pair.privateKey)
    return propose(client, { proposalType: "update", update: { leafNode } }, open, authenticatedData)
  },

  async process({ message: text }, client) {
    const read = message(text)
    const isPrivate = read.wireformat === "mls_private_message"
    const contentType = isPrivate ? read.privateMessage.contentType : read.publicMessage.content.contentType
    const authenticatedData = isPrivate
      ? read.privateMessage.authenticatedData
      : read.publicMessage.content.authenticatedData
    let state = client.state
    if (contentType === "commit" && client.updateKey !== undefined) {
      const privateKeys = { ...state.privatePath.privateKeys, [2 * state.privatePath.leafIndex]: client.updateKey }
      state = { ...state, privatePath: { ...state.privatePath, privateKeys } }
    }
    // Not mls.processMessage: in 1.6.4 it forgets the PSKs when the message is a PrivateMessage.
    const result = isPrivate
      ? await mls.processPrivateMessage(state, read.privateMessage, psksOf(client), client.cs)
      : await mls.processPublicMessage(state, read.publicMessage, psksOf(client), client.cs)
    client.state = result.newState
    if (contentType === "commit") client.updateKey = undefined
    return {
      contentType,
      authenticatedData: hex(authenticatedData),
      data: result.kind === "applicationMessage" ? hex(result.message) : undefined,
      active: client.state.groupActiveState.kind === "active",
    }
  },

  async protect({ data, authenticatedData }, client) {
    const { newState, privateMessage } = await mls.createApplicationMessage(
      client.state,
      bytes(data),
      client.cs,
      bytes(authenticatedData),
    )
    client.state = newState
    return { message: encoded({ wireformat: "mls_private_message", privateMessage }) }
  },

  async status({ label, context, length }, client) {
    const { groupContext, keySchedule, ratchetTree } = client.state
    const exporter = keySchedule.exporterSecret
    return {
      epoch: Number(groupContext.epoch),
      authenticator: hex(keySchedule.epochAuthenticator),
      treeHash: hex(groupContext.treeHash),
      exported: hex(await mls.mlsExporter(exporter, label, bytes(context), length, client.cs)),
      leaf: client.state.privatePath.leafIndex,
      members: ratchetTree.filter((node) => node !== undefined && node.nodeType === "leaf").length,
      extensionTypes: ratchetTree
        .filter((node) => node !== undefined && node.nodeType === "leaf")
        .flatMap((node) => node.leaf.extensions.map((each) => each.extensionType)),
    }
  },
}

async function propose(client, proposal, open, authenticatedData) {
  const made = await mls.createProposal(client.state, open, proposal, client.cs, bytes(authenticatedData))
  client.state = made.newState
  return { message: hex(mls.encodeMlsMessage(made.message)) }
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    const request = JSON.parse(line)
    answer = { ok: true, ...(await operations[request.op](request, clients.get(request.client))) }
  } catch (e) {
    answer = { error: e.name + ": " + e.message }
  }
  process.stdout.write(JSON.stringify(answer) + "\n")
}
