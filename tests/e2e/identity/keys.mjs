// Prints a JSON Web Key Set with one new RSA key of the name given.

import { generateKeyPairSync } from 'node:crypto';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
console.log(JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: process.argv[2], use: 'sig', alg: 'RS256' }] }));
