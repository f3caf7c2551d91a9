// The Express sample of the provider's page: it logs, stores nothing, and answers. As it stands there, but for the
// port, and with the comments left out. A process of its own; its parent throws the log away.
import express from "express";

const app = express();

app.use(express.json());

app.post("/instrumental-callback", (req, res) => {
  const { code, msg, data } = req.body;

  console.log("Received instrumental generation callback:", {
    taskId: data.task_id,
    callbackType: data.callbackType,
    status: code,
    message: msg,
  });

  if (code === 200) {
    const { callbackType, data: instrumentalData } = data;

    switch (callbackType) {
      case "text":
        console.log("Text generation completed");
        break;

      case "first":
        console.log("First instrumental track generated");
        if (instrumentalData.length > 0) {
          console.log(`Track title: ${instrumentalData[0].title}`);
          console.log(`Instrumental audio link: ${instrumentalData[0].audio_url}`);
          console.log(`Duration: ${instrumentalData[0].duration} seconds`);
          console.log(`Instrumental style: ${instrumentalData[0].tags}`);
        }
        break;

      case "complete":
        console.log("All instrumental tracks generated");
        console.log(`Total ${instrumentalData.length} instrumental tracks generated:`);
        instrumentalData.forEach((track, index) => {
          console.log(`Track ${index + 1}: ${track.title} - ${track.audio_url}`);
          console.log(`Style: ${track.tags}`);
        });
        break;
    }
  } else {
    console.log("Instrumental generation failed:", msg);

    if (code === 400) {
      console.log("Parameter error or invalid source audio");
    } else if (code === 429) {
      console.log("Insufficient credits");
    } else if (code === 500) {
      console.log("Server internal error");
    }
  }

  res.status(200).json({ status: "received" });
});

const server = app.listen(0, "127.0.0.1", () => process.send(`http://127.0.0.1:${server.address().port}`));
