// Greets the world, or those who are named.
const args = process.argv.slice(1);
if (args.length == 0) {
  console.log("Hello from AssemblyScript!");
}
for (let i = 0; i < args.length; i++) {
  console.log("Hello from AssemblyScript, " + args[i] + "!");
}
