const output = document.querySelector("#api");

try {
  const response = await fetch("/api/");
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  output.textContent = JSON.stringify(await response.json(), null, 2);
} catch (error) {
  output.textContent = `The API did not answer: ${error.message}`;
}
