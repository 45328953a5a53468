/*
 * Unpacks the helper that the orb carries. Written in the JavaScript of 2009, so that a Node.js that is too
 * old can still say so.
 */
'use strict';

var crypto = require('crypto');
var fs = require('fs');
var path = require('path');
var zlib = require('zlib');

var OLDEST = 20;
var DAMAGED = 'Nothing was installed. Use a published version of the orb, or generate it again.';

/** Ends the step with sentences for people; 2 is heroku-cd's code for "refused, nothing was changed". */
function refuse(sentences) {
  console.error(sentences.join('\n'));
  process.exit(2);
}

function digestOf(bytes) {
  return crypto.createHash('sha256').update(bytes).digest('hex');
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    // Whatever keeps us from reading it, an unreadable helper is replaced; failing to is reported then.
    return null;
  }
}

function makeDirectory(directory) {
  if (fs.existsSync(directory)) return;
  makeDirectory(path.dirname(directory));
  try {
    fs.mkdirSync(directory, 448); // 0700
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

/** What one variable cannot hold goes on in HEROKU_CD_PAYLOAD_2, HEROKU_CD_PAYLOAD_3 and so on. */
function payload() {
  var text = process.env.HEROKU_CD_PAYLOAD || '';
  for (var part = 2; process.env['HEROKU_CD_PAYLOAD_' + part]; part++) {
    text += process.env['HEROKU_CD_PAYLOAD_' + part];
  }
  return Buffer.from(text, 'base64');
}

function unpacked(expected) {
  var bytes;
  try {
    bytes = zlib.brotliDecompressSync(payload());
  } catch (error) {
    refuse([
      'The heroku-cd helper in this orb is damaged: it does not unpack (' + error.message + ').',
      DAMAGED,
    ]);
  }
  var found = digestOf(bytes);
  if (found !== expected) {
    refuse([
      'The heroku-cd helper in this orb is damaged: its SHA-256 is ' + found + ' instead of ' + expected + '.',
      DAMAGED,
    ]);
  }
  return bytes;
}

/** A reader never sees half a helper: it is written beside its place and moved there. */
function write(file, bytes) {
  var temporary = file + '.' + process.pid + '.' + Date.now();
  try {
    makeDirectory(path.dirname(file));
    fs.writeFileSync(temporary, bytes, { mode: 384, flag: 'wx' }); // 0600
    fs.renameSync(temporary, file);
  } catch (error) {
    try {
      fs.unlinkSync(temporary);
    } catch (ignored) {
      // It was never made; the first error is the one to report.
    }
    refuse([
      'heroku-cd cannot be installed: ' + error.message + '.',
      'It is written below HOME, which is ' + process.env.HOME + '; give the job a HOME it may write to.',
    ]);
  }
}

function main() {
  process.umask(63); // 077
  if (parseInt(process.versions.node, 10) < OLDEST) {
    refuse([
      'heroku-cd needs Node.js ' + OLDEST + ' or newer, and this job has ' + process.versions.node + '.',
      'Use a newer image, such as cimg/node:lts or a current -node variant of the image you have.',
    ]);
  }
  var home = process.env.HOME;
  if (!home || !path.isAbsolute(home)) {
    var state = home ? 'not an absolute path (' + home + ')' : 'not set';
    refuse([
      'heroku-cd cannot be installed: HOME is ' + state + '.',
      'Set HOME to a directory that the job may write to.',
    ]);
  }
  var file = path.join(home, '.local', 'share', 'heroku-cd', 'heroku-cd.cjs');
  var expected = process.env.HEROKU_CD_SHA256;
  var present = readIfThere(file);
  if (present !== null && digestOf(present) === expected) {
    console.log('heroku-cd is installed already: ' + file);
    return;
  }
  write(file, unpacked(expected));
  var done = present === null ? 'Installed heroku-cd: ' : 'Replaced another version of heroku-cd: ';
  console.log(done + file);
}

main();
